import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')

const quotes = ["'", '"', '`']

/** What the table names: tests, each as its file and the parts of its title, and controls of `src`. */
const named = [...readme.matchAll(/^\| T\d+ \|[^|]*\| `([^`]+)`(.*?) \|(.*) \|$/gm)].map(
  ([, file, titles, takenOut]) => ({
    file: file!,
    titles: titles!.split(' › ').filter((title) => title !== ''),
    ...controlsIn(takenOut!),
  }),
)

/** What was taken out, and the files of `src` that it was taken out of. */
function controlsIn(takenOut: string): { controls: string[]; files: string[] } {
  const words = [...takenOut.matchAll(/`([^`]+)`/g)].map(([, word]) => word!)
  const isFile = (word: string) => word.endsWith('.ts')
  return {
    controls: words.filter((word) => !isFile(word)).map((word) => word.replace(/[(.].*/s, '')),
    files: words.filter(isFile).filter((word) => !word.startsWith('test/')),
  }
}

describe('the table of threats', () => {
  it('has a row for each line that begins like one', () => {
    expect(named).toHaveLength(readme.match(/^\| T/gm)!.length)
  })

  it.each(named)('names a test that is there: $file $titles', ({ file, titles }) => {
    const path = new URL(`../../${file}`, import.meta.url)
    expect(existsSync(path)).toBe(true)
    const text = readFileSync(path, 'utf8')
    expect(titles.length).toBeGreaterThan(0)
    const missing = titles.filter((title) => !quotes.some((q) => text.includes(q + title + q)))
    expect(missing).toEqual([])
  })

  it.each(named.filter(({ files }) => files.length > 0))(
    'names controls that are where it says: $controls in $files',
    ({ controls, files }) => {
      const source = files
        .map((file) => readFileSync(new URL(`../../src/lib/${file}`, import.meta.url), 'utf8'))
        .join()
      expect(controls.filter((control) => !source.includes(control))).toEqual([])
    },
  )
})
