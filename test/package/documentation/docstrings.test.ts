import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../manifest.ts'
import { compileModules, importsFor, type Module } from './compile.ts'

/** The `@example`s of a file, each as a module. */
function examplesOf(page: string, source: string): Module[] {
  return [...source.matchAll(/^ *\* @example(.*(?:\n *\* (?!@).+)*)/gm)].map((found) => {
    const { index, 1: example = '' } = found
    const text = example.replaceAll(/^ *\* /gm, '')
    const above = source.slice(0, index).split('\n').length - 1
    return { file: `${page}.${above}.ts`, text: asModule(text), kind: 'ts', page, above }
  })
}

function asModule(text: string): string {
  return `${text}\nexport {}\n${importsFor(text, ['values', 'types'])}`
}

const sources = readdirSync(root('src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts'))
const examples = sources.flatMap((path) => examplesOf(path, readFileSync(root(path), 'utf8')))
const invented = examplesOf(
  'src/invented.ts',
  "/**\n * @example app.use(requireRol('admin'))\n * @see nothing\n */\n",
)

let errors: readonly string[]
beforeAll(async () => {
  errors = await compileModules(
    [...examples, ...invented],
    ['prelude.d.ts', 'docstring-names.d.ts'],
  )
}, 120_000)

describe('the examples of docstrings', () => {
  it('are found', () => {
    const tags = sources.map(
      (path) => readFileSync(root(path), 'utf8').split('@example').length - 1,
    )
    expect(examples).toHaveLength(tags.reduce((sum, count) => sum + count, 0))
  })

  it('compile', () => {
    expect(errors.filter((error) => !error.startsWith('src/invented.ts:'))).toEqual([])
  })

  it('do not compile with a misspelled function', () => {
    expect(errors).toContainEqual(expect.stringMatching(/^src\/invented\.ts:2: .*'requireRol'/))
  })
})
