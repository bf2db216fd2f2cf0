import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { root } from './manifest.ts'
import { blocksOf, linkedFiles, readme } from './readme.ts'

const blocks = blocksOf(readme)

describe('README', () => {
  it('begins with an application of ten lines', () => {
    expect(blocks[0]?.text).toBe(readFileSync(root('examples/ten-lines.js'), 'utf8'))
    expect(blocks[0]?.text.trim().split('\n').length).toBeLessThanOrEqual(10)
  })

  it('shows the same in TypeScript', () => {
    expect(blocks[1]?.file).toBe('examples/ten-lines.ts')
  })

  it('fits on a screen or two', () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(14 * 1024)
  })

  it('leads to every guide', () => {
    const guides = readdirSync(root('examples'), { withFileTypes: true })
      .map(({ name }) => `examples/${name}/README.md`)
      .filter((path) => existsSync(root(path)))
    expect(guides).toContain('examples/first-customer/README.md')
    expect(guides.filter((path) => !readme.includes(`](${path})`))).toEqual([])
  })
})

describe('.github/CONTRIBUTING.md', () => {
  const guide = readFileSync(root('.github/CONTRIBUTING.md'), 'utf8')

  it('names only files and folders that exist', () => {
    const named = [...guide.matchAll(/\b(?:src|test)(?:\/[\w.-]+)*\b/g)].map(([path]) => path)
    expect(named).toContain('src/lib/http/scalekit-auth.ts')
    expect(named.filter((path) => !existsSync(root(path)))).toEqual([])
  })

  it('names every folder of the source', () => {
    const folders = readdirSync(root('src/lib'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `\`src/lib/${name}\``)
    expect(folders.filter((folder) => !guide.includes(folder))).toEqual([])
  })
})

describe('the links of a page', () => {
  it('are those to files, outside of its code', () => {
    const page =
      '[a](a.ts) and [b](../b/README.md#part), [c](#c), [d](https://d.example)\n\n```js\nlist[0](e)\n```\n'
    expect(linkedFiles(page)).toEqual(['a.ts', '../b/README.md'])
  })
})

describe('the blocks of a page', () => {
  it('are told from the text around them', () => {
    const page =
      'text\n\n```js\n// examples/a.js\nlet a\n```\n\n`not one`\n\n```sh\nnpm test\n```\n'
    expect(blocksOf(page)).toEqual([
      { language: 'js', text: 'let a\n', file: 'examples/a.js', line: 5 },
      { language: 'sh', text: 'npm test\n', file: undefined, line: 11 },
    ])
  })
})
