import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { manifest, root } from './manifest.ts'
import { blocksOf, readme } from './readme.ts'

const blocks = blocksOf(readme)
const shown = blocks.filter((block) => block.file !== undefined)

describe('README', () => {
  it('begins with an application of ten lines', () => {
    expect(blocks[0]?.text).toBe(readFileSync(root('examples/ten-lines.js'), 'utf8'))
    expect(blocks[0]?.text.trim().split('\n').length).toBeLessThanOrEqual(10)
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
    const targets = [...readme.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, target]) => target!,
    )
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
