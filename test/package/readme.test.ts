import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { manifest, root } from './manifest.ts'
import { blocksOf, linkedFiles, readme } from './readme.ts'

const blocks = blocksOf(readme)
const shown = blocks.filter((block) => block.file !== undefined)

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

  it.each(shown.map((block) => [block.file!, block.text]))('shows %s as it is', (file, text) => {
    expect(text).toBe(readFileSync(root(file), 'utf8'))
  })

  it('names only npm commands that exist', () => {
    const named = [...readme.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)]
      .map(([, script, short]) => script ?? short!)
      .filter((name) => !(name in manifest.scripts))
    expect(named).toEqual([])
  })

  it('names only commands of ours that exist', () => {
    const usage = readFileSync(root('src/cli.ts'), 'utf8')
    const named = [...readme.matchAll(/\bnpx express-scalekit ([a-z]+)/g)].map(([, name]) => name!)
    expect(named.filter((name) => !usage.includes(`express-scalekit ${name}`))).toEqual([])
  })

  it('links to files that exist', () => {
    const targets = linkedFiles(readme)
    expect(targets.filter((target) => !existsSync(root(target)))).toEqual([])
  })

  it('links to headings that exist', () => {
    const anchors = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!))
    const targets = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target!)
    expect(targets.length).toBeGreaterThan(0)
    expect(targets.filter((target) => !anchors.includes(target))).toEqual([])
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

/** What GitHub and npm make of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}

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
      { language: 'js', text: 'let a\n', file: 'examples/a.js' },
      { language: 'sh', text: 'npm test\n', file: undefined },
    ])
  })
})
