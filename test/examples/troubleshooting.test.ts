import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { statusOf } from '../../src/lib/ground/error-codes.ts'
import { root } from '../package/manifest.ts'

const guide = readFileSync(root('examples/troubleshooting/README.md'), 'utf8')
const bySymptom = guide.split('\n## By symptom\n')[1]!.split('\n## ')[0]!
const byCode = guide.split('\n## By error code\n')[1]!

/** The codes of the source, each behind the class it belongs to. */
function codesOfSource(): string[] {
  const source = readFileSync(root('src/lib/ground/error-codes.ts'), 'utf8')
  const table = /const statusByCode = \{(.*?)\} as const/s.exec(source)![1]!
  return [...table.matchAll(/^ {2}(\w+): \{(.*?)^ {2}\}/gms)].flatMap(([, group, codes]) =>
    [...codes!.matchAll(/^ {4}(\w+):/gm)].map(([, code]) => `${group} ${code}`),
  )
}

/** The rows of the guide below the headings of their classes. */
function rowsOfGuide() {
  return byCode
    .split('\n### ')
    .slice(1)
    .flatMap((section) => {
      const group = /^(\w+)Error/.exec(section)![1]!.toLowerCase().replace('scalekit', 'general')
      const rows = section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)
      return [...rows].map(([, code, cells]) => ({
        group,
        code: code!,
        cells: cells!.split(' | '),
      }))
    })
}

/** All of our source, which says what can stand in the log. */
function source(): string {
  const files = readdirSync(root('src'), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(root(`src/${file}`), 'utf8'))
    .join('\n')
}

describe('the guide to troubleshooting', () => {
  it('has one row for every error code, below its class, and for no other', () => {
    const rows = rowsOfGuide().map(({ group, code }) => `${group} ${code}`)
    expect(rows.toSorted()).toEqual(codesOfSource().toSorted())
  })

  it('says the status of each, what happened, and what to do', () => {
    const rows = rowsOfGuide()
    expect(rows.map(({ code, cells }) => [code, Number(cells[0])])).toEqual(
      rows.map(({ code }) => [code, statusOf(code)]),
    )
    expect(rows.filter(({ cells: [, ...said] }) => said.length !== 2)).toEqual([])
    expect(
      rows.flatMap(({ cells }) => cells.slice(1)).filter((cell) => !/\w.*[.)?]$/.test(cell)),
    ).toEqual([])
  })

  it('says for each symptom why, unless the message does, and what to do', () => {
    const symptoms = bySymptom.split('\n### ').slice(1)
    expect(symptoms.length).toBeGreaterThanOrEqual(15)
    expect(symptoms.filter((symptom) => !symptom.includes('\n- **Do:**'))).toEqual([])
  })

  it('quotes nothing of the log that the source does not say', () => {
    const quoted = [...guide.matchAll(/log says `([^`]+)`/g)].map(([, text]) => text!)
    expect(quoted.length).toBeGreaterThanOrEqual(4)
    const said = source()
    expect(quoted.filter((text) => !said.includes(text))).toEqual([])
  })

  it('links to headings that exist', () => {
    const headings = [...guide.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    )
    const targets = [...guide.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target!)
    expect(targets.filter((target) => !headings.includes(target))).toEqual([])
  })
})
