import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { optionNames } from '../../src/lib/config/config.ts'
import { entries, root } from './manifest.ts'
import { guideTo } from './readme.ts'

/** The table in error-codes.ts. It is not exported, because only the reference repeats it. */
function statuses(): [code: string, status: string][] {
  const source = readFileSync(root('src/lib/ground/error-codes.ts'), 'utf8')
  const table = /const statusByCode = \{(.*?)\} as const/s.exec(source)![1]!
  return [...table.matchAll(/^ {4}(\w+): (\d+),$/gm)].map(([, code, status]) => [code!, status!])
}

/** The docstring in front of each member of `interface Guards`, or of each guard that stands alone. */
function guardDocs(file: string, name: RegExp): Record<string, string> {
  const source = readFileSync(root(`src/lib/http/guards/${file}`), 'utf8')
  const found = source.matchAll(new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s+${name.source}`, 'gs'))
  return Object.fromEntries(
    [...found].map(([, doc, guard]) => [guard!, doc!.replaceAll(/[\s*]+/g, ' ').trim()]),
  )
}

/** The names that entries pass on, each with the file that declares it. */
function publicNames(): { name: string; file: string }[] {
  const passedOn = /^export (?:type )?\{([^}]*)\} from '\.\/(\S+)'/gm
  return entries.flatMap(([, source]) =>
    [...readFileSync(root(source), 'utf8').matchAll(passedOn)].flatMap(([, names, file]) =>
      [...names!.matchAll(/\w+/g)].map(([name]) => ({ name, file: `src/${file}` })),
    ),
  )
}

/** Whether a docstring stands in front of what a file exports by this name. */
function isDocumented({ name, file }: { name: string; file: string }): boolean {
  const keyword = '(?:async )?(?:function|const|class|interface|type)'
  const exported = `export (?:${keyword} ${name}\\b|\\{ \\w+ as ${name} \\})`
  return new RegExp(`\\*/\\n(?://.*\\n)?${exported}`).test(readFileSync(root(file), 'utf8'))
}

describe('an editor', () => {
  it('shows a sentence for every public name', () => {
    const names = publicNames()
    expect(names.length).toBeGreaterThan(100)
    expect(names.filter((one) => !isDocumented(one))).toEqual([])
  })

  it('shows for a guard that stands alone what it shows for an instance’s', () => {
    const free = guardDocs('standalone-guards.ts', /export const (\w+)/)
    expect(Object.keys(free)).toHaveLength(8)
    expect(free).toEqual(guardDocs('guards.ts', /(require\w+)[(<]/))
  })
})

describe('the reference', () => {
  const reference = guideTo('reference')

  it('has a row for every error code, with its status, and for no other', () => {
    const rows = [...reference.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
      code,
      status,
    ])
    expect(rows).toEqual(statuses())
  })

  it('names every option', () => {
    const section = reference.split('## Options')[1]!.split('\n## ')[0]!
    const { '': names = [], ...nested } = optionNames
    const expected = names.flatMap((name) => {
      const parts = name in nested && name !== 'paths' ? nested[name]! : []
      return parts.length > 0 ? parts.map((part) => `${name}.${part}`) : [name]
    })
    expect(expected.filter((name) => !section.includes(`\`${name}\``))).toEqual([])
  })
})
