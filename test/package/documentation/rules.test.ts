import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { root } from '../manifest.ts'
import { brokenBlocks } from './blocks.ts'
import { brokenCommands } from './commands.ts'
import { brokenLinks } from './links.ts'
import { unknownCodes, unknownOptions } from './names.ts'
import type { Page } from './pages.ts'

const tenLines = readFileSync(root('examples/ten-lines.js'), 'utf8').trimEnd()

describe('the rule for blocks', () => {
  it.each([
    [
      'an example that differs',
      'js',
      `// examples/ten-lines.js\n${tenLines.replace('app', 'api')}`,
    ],
    ['a part of an example', 'js', `// examples/ten-lines.js\n${tenLines.split('\n')[0]}`],
    ['a file that is not there', 'nginx', '# examples/nothing.conf\nserver {}'],
    ['a file in HTML', 'html', '<!-- examples/quick-start/public/index.html -->\n<p>'],
    ['lines that are not in the source', 'ts', '// src/index.ts\nexport const a = 1'],
    ['JSON that is none', 'json', '{ "a": 1, }'],
    ['a language without a rule', 'jsx', '<App />'],
  ])('sees %s', (_what, language, block) => {
    expect(brokenBlocks(withBlock(language, block))).toEqual([
      expect.stringMatching(/^examples\/invented\.md:\d: /),
    ])
  })

  it.each([
    ['an example as it is', 'js', `// examples/ten-lines.js\n${tenLines}`],
    [
      'lines of the source',
      'ts',
      "// src/index.ts\nexport { memoryStore } from './lib/state/memory-store.ts'",
    ],
    ['JSON', 'json', '{ "a": 1 }'],
    ['a block that names no file', 'nginx', '# In the http block.\nserver {}'],
  ])('lets pass %s', (_what, language, block) => {
    expect(brokenBlocks(withBlock(language, block))).toEqual([])
  })

  it('refuses a block without an end, which would hide the others', () => {
    expect(() => brokenBlocks(page('```js\nlet a\n'))).toThrow('line 1 has no end')
  })

  it('sees blocks in lists', () => {
    expect(brokenBlocks(page('- a\n\n  ```json\n  {\n  ```\n'))).toHaveLength(1)
  })
})

describe('the rule for commands', () => {
  it.each([
    ['sh', 'npm ci && npm run biuld'],
    ['bash', 'npm --prefix test/bench run bnech'],
    ['console', '$ npx express-scalekit emulate\nUsage'],
    ['sh', 'npx express-scalekit emulator --prot 3000'],
    ['sh', 'npx express-scalekit emulator \\\n  --webhok http://localhost:3000/webhooks'],
    ['sh', 'npx tsx --env-file=.env examples/webhoks.ts'],
    ['sh', 'cp node_modules/express-scalekit/test/tsconfig.json .'],
  ])('sees in a block of %s: %s', (language, block) => {
    expect(brokenCommands(withBlock(language, block))).toHaveLength(1)
  })

  it.each([
    ['sh', 'npm start\nnpm test # npm run nothing\nnpm --prefix test/bench run bench'],
    ['sh', 'npx express-scalekit emulator --port 0 -- node app.js --inspect'],
    ['sh', 'npx express-scalekit sign event.json --curl | sh -s -- --quiet'],
    ['console', '$ npx express-scalekit --help\nnpx express-scalekit emulate'],
    ['sh', 'cp node_modules/express-scalekit/examples/ten-lines.js app.js'],
    ['text', 'npm run biuld'],
  ])('lets pass in a block of %s: %s', (language, block) => {
    expect(brokenCommands(withBlock(language, block))).toEqual([])
  })

  it('holds for commands and paths in a sentence, too', () => {
    expect(brokenCommands(page('Run `npm run biuld`, then see `src/nothing.ts`.'))).toEqual([
      'examples/invented.md:1: there is no `npm run biuld`',
      'examples/invented.md:1: there is no src/nothing.ts',
    ])
  })

  it('knows the scripts of an example’s own package', () => {
    const path = 'examples/single-page-app/README.md'
    const text = 'Run `npm run server`, not `npm run sever`.'
    expect(brokenCommands({ path, text })).toEqual([`${path}:1: there is no \`npm run sever\``])
  })
})

describe('the rule for names', () => {
  it.each([
    ...['webhooks.secrets', 'pages.text', 'login.of…', 'paths.home'],
    ...['webhooks.onDirectoryUserCame', 'session.cookie.maxAge', 'login.fails'],
  ])('sees that there is no option %s', (name) => {
    expect(unknownOptions(page(`One.\n\nSet \`${name}\`.`))).toEqual([
      `examples/invented.md:3: there is no option \`${name}\``,
    ])
  })

  it.each([
    ...['webhooks.secret', 'pages.texts', 'webhooks.on…', 'webhooks.onDirectoryUserCreated'],
    ...[
      'interceptors.onPreSignup',
      'webhooks.ts',
      'auth.webhooks.nothing',
      'emulator.nothing',
      'login.failed',
    ],
  ])('lets pass %s', (name) => {
    expect(unknownOptions(page(`Set \`${name}\`.`))).toEqual([])
  })

  it.each([
    ['a code with another status', '| `webhook_late` | 500 | late |'],
    ['a code that does not exist', '| `webhook_latte` | 503 | late |'],
    ['one without a status', '| code | what to do |\n| --- | --- |\n| `late` | wait |'],
  ])('sees in a table %s', (_what, table) => {
    expect(unknownCodes(page(table))).toHaveLength(1)
  })

  it('lets pass codes with their status, and tables of something else', () => {
    const codes =
      '| code | status |\n| --- | --- |\n| `webhook_late` | 503 |\n| `unexpected` | 503 |'
    const events = '| event | what |\n| --- | --- |\n| `late` | late |'
    expect(unknownCodes(page(`${codes}\n\n${events}\n`))).toEqual([])
  })
})

describe('the rule for links', () => {
  it.each([
    ['a file that is not there', '[a](nothing.md)'],
    ['a file outside of the repository', '[a](../../nothing.md)'],
    ['a heading that is not there', '# Here\n\n[a](#there)'],
    ['a heading that another page does not have', '[a](../CHANGELOG.md#nothing)'],
    ['a file that is not published with the page', '[a](../test/hostile/README.md)'],
    ['a file, by a definition', '[a]: nothing.md'],
    ['a picture, in HTML', '<img src="nothing.png">'],
  ])('sees a link to %s', (_what, text) => {
    expect(brokenLinks(page(text))).toHaveLength(1)
  })

  it.each([
    ['published files', '[a](../CHANGELOG.md#unreleased), [b](ten-lines.js), [c](../LICENSE)'],
    ['headings', '# The `a` of [b](../LICENSE)\n\n# Two\n\n# Two\n\n[c](#the-a-of-b), [d](#two-1)'],
    ['other sites', '[a](https://example.com/nothing#nothing)'],
    ['nothing, in code', '`list[0](nothing)`\n\n```js\nlist[0](nothing)\n```'],
  ])('lets pass links to %s', (_what, text) => {
    expect(brokenLinks(page(text))).toEqual([])
  })

  it('lets a page that is not published lead to everything in the repository', () => {
    const text = '[a](../test/hostile/README.md)'
    expect(brokenLinks({ path: '.github/CONTRIBUTING.md', text })).toEqual([])
  })
})

function page(text: string): Page {
  return { path: 'examples/invented.md', text }
}

function withBlock(language: string, block: string): Page {
  return page(`\`\`\`${language}\n${block}\n\`\`\`\n`)
}
