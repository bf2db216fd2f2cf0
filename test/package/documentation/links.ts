import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { root } from '../manifest.ts'
import { isPublished, type Page } from './pages.ts'
import { anchorsIn, linksIn } from './prose.ts'

/** Every link of a page that leads nowhere, as `page:line: …`. */
export function brokenLinks(page: Page): string[] {
  return linksIn(page.text).flatMap(({ text, line }) => {
    const problem = problemOf(text, page)
    return problem === undefined ? [] : `${page.path}:${line}: ${text} ${problem}`
  })
}

function problemOf(link: string, page: Page): string | undefined {
  const [file = '', anchor] = link.split('#')
  if (file === '') return headingProblem(page.text, anchor)
  const path = join(dirname(page.path), decodeURI(file))
  if (path.startsWith('../') || !existsSync(root(path))) return 'does not exist'
  // Who reads a page in `node_modules` or on npm has what is packed, and nothing else.
  if (isPublished(page.path) && !isPublished(path)) return 'is not published with the page'
  return anchor === undefined ? undefined : headingProblem(readFileSync(root(path), 'utf8'), anchor)
}

function headingProblem(text: string, anchor: string | undefined): string | undefined {
  return anchorsIn(text).includes(anchor ?? '') ? undefined : 'is not a heading there'
}
