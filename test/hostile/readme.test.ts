import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')

const quotes = ["'", '"', '`']

/** The tests that the table names, each as its file and the parts of its title. */
const named = [...readme.matchAll(/^\| T\d+ \|[^|]*\| `([^`]+)`(.*?) \|/gm)].map(
  ([, file, titles]) => ({
    file: file!,
    titles: titles!.split(' › ').filter((title) => title !== ''),
  }),
)

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
})
