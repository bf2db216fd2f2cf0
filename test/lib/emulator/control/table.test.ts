import { expect, it } from 'vitest'
import { controlRoutes } from '../../../../src/lib/emulator/control/answer-control.ts'
import { directoryRoutes } from '../../../../src/lib/emulator/directory/api.ts'
import { guideTo } from '../../../package/readme.ts'

/** The rows of the guide's table, one for each method. */
function documented() {
  const [, section] = /\n## Over HTTP\n(.*?)\n## /s.exec(guideTo('emulator'))!
  const rows = section!.matchAll(/^\| (`[A-Z`, ]+`) \| `([^`]+)` \| (.*) \|$/gm)
  return [...rows].flatMap(([, methods, path, does]) =>
    methods!.split(', ').map((method) => ({
      method: method.replaceAll('`', ''),
      path: `/emulator/${path}`,
      does: does!,
    })),
  )
}

it('the table of the guide has every route of the API, with what it does', () => {
  const rows = controlRoutes.map(({ method, path, does }) => ({ method, path, does }))
  expect(documented().slice(0, rows.length)).toEqual(rows)
})

it('the table of the guide has every route of a directory, apart from its pages', () => {
  const call = ({ method, path }: { readonly method: string; readonly path: string }) =>
    `${method} ${path.replaceAll('?', '')}`
  const pages = /directories\/\{directory\}\/?$|^(?:GET|POST) .*\/users\/\{id\}$/
  const routes = directoryRoutes.map(call).filter((route) => !pages.test(route))
  expect(documented().slice(controlRoutes.length).map(call).sort()).toEqual(routes.sort())
})
