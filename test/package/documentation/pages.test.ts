import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../manifest.ts'
import { brokenBlocks } from './blocks.ts'
import { brokenCommands } from './commands.ts'
import { compileBlocks } from './compile.ts'
import { brokenLinks } from './links.ts'
import { unknownCodes, unknownOptions } from './names.ts'
import { otherPages, type Page, pages } from './pages.ts'

const imported = "import { scalekitAuth } from 'express-scalekit'\n\n"

/** A block whose last line has a mistake, and a word of what the compiler says of it. */
interface Mistaken {
  readonly mistake: string
  readonly language: string
  readonly block: string
  readonly word: string
}

const mistaken: readonly Mistaken[] = [
  {
    mistake: 'a misspelled option',
    language: 'js',
    block: `${imported}app.use(scalekitAuth({ webhoks: {} }))`,
    word: "'webhoks'",
  },
  {
    mistake: 'a misspelled option of a group',
    language: 'ts',
    block: `${imported}app.use(scalekitAuth({ login: { fallbak: 'email' } }))`,
    word: "'fallbak'",
  },
  {
    mistake: 'a misspelled group that stands alone',
    language: 'js',
    block: 'webhoks: { delivery: pgBoss(boss) }',
    word: "'webhoks'",
  },
  {
    mistake: 'a misspelled option of a group that stands alone',
    language: 'ts',
    block: '// in your options\nwebhooks: { delvery: pgBoss(boss) },',
    word: "'delvery'",
  },
  {
    mistake: 'a misspelled function',
    language: 'js',
    block: 'webhooks: { delivery: pgBos(boss) },',
    word: "'pgBos'",
  },
  {
    mistake: 'a missing import',
    language: 'js',
    block: `${imported}app.use(scalekitAuth({ store: redisStore(client) }))`,
    word: "'redisStore'",
  },
  {
    mistake: 'an import of what there is not',
    language: 'mjs',
    block: "import { redis } from 'express-scalekit/redis'",
    word: "'redis'",
  },
  {
    mistake: 'a wrong argument',
    language: 'js',
    block: 'app.use(auth.requireRole(1))',
    word: "'number'",
  },
  {
    mistake: 'a user who may be signed out, in TypeScript',
    language: 'ts',
    block: 'console.log(req.scalekit.user.id)',
    word: "'undefined'",
  },
]

const prelude = readFileSync(root('test/package/documentation/prelude.d.ts'), 'utf8')
const preludeNames = [...prelude.matchAll(/^declare const (\w+)/gm)].map(([, name]) => name!)

/** Blocks without a mistake. */
const right: readonly [what: string, language: string, block: string][] = [
  ['members that stand alone', 'js', 'webhooks: { delivery: pgBoss(boss) },'],
  ['a parameter without a type, in JavaScript', 'js', 'const nameOf = (user) => user.name'],
  ['a user who may be signed out, in JavaScript', 'js', 'console.log(req.scalekit.user.id)'],
  ['an import of a file beside the page', 'ts', "import { startPage } from './pages.ts'"],
  // `any` would let every mistake pass.
  ...preludeNames.map((name): [string, string, string] => [
    `${name}, which has a type`,
    'ts',
    `const isAny: 0 extends 1 & typeof ${name} ? true : false = false`,
  ]),
]

function pageWith(name: string, language: string, block: string): Page {
  const text = `# ${name}\n\n\`\`\`${language}\n${block}\n\`\`\`\n`
  return { path: `examples/organizations/${name}.md`, text }
}

const invented = [
  ...mistaken.map(({ mistake, language, block }) => pageWith(mistake, language, block)),
  ...right.map(([what, language, block]) => pageWith(what, language, block)),
]

/** What the compiler says of all pages; it runs once, because it takes seconds. */
let errors: readonly string[]
beforeAll(async () => {
  errors = await compileBlocks([...pages, ...invented])
}, 120_000)

const isIn = ({ path }: Page, error: string) => error.startsWith(`${path}:`)
const errorsIn = (page: Page) => errors.filter((error) => isIn(page, error))

describe.each(pages.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  it('shows files as they are, and JSON that is JSON', () => {
    expect(brokenBlocks(page)).toEqual([])
  })

  it('has JavaScript and TypeScript that compiles', () => {
    expect(errorsIn(page)).toEqual([])
  })

  it('names commands, flags and paths that exist', () => {
    expect(brokenCommands(page)).toEqual([])
  })

  it('names options and error codes that exist', () => {
    expect([...unknownOptions(page), ...unknownCodes(page)]).toEqual([])
  })
})

it.each([...pages, ...otherPages].map((page) => [page.path, page] as const))(
  'the links of %s lead to what is there, and published where the page is',
  (_path, page) => {
    expect(brokenLinks(page)).toEqual([])
  },
)

describe('the compiler', () => {
  it.each(mistaken)('sees $mistake', ({ mistake, language, block, word }) => {
    const page = pageWith(mistake, language, block)
    // Three lines stand above the block.
    const line = 3 + block.split('\n').length
    const [error, ...others] = errorsIn(page)
    expect(error).toContain(`${page.path}:${line}: `)
    expect(error).toContain(word)
    expect(others).toEqual([])
  })

  it.each(right)('lets pass %s', (what, language, block) => {
    expect(errorsIn(pageWith(what, language, block))).toEqual([])
  })

  it('says nothing of what is in no page', () => {
    const all = [...pages, ...invented]
    expect(errors.filter((error) => !all.some((page) => isIn(page, error)))).toEqual([])
  })
})
