import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { optionNames } from '../../src/lib/config/config.ts'
import { llmsPage } from './llms.ts'
import { root } from './manifest.ts'
import { documentedOptions, referencePage } from './reference.ts'

const page = readFileSync(root('examples/reference/README.md'), 'utf8')

describe('llms.txt', () => {
  it('is what `npm run reference` writes, and short', () => {
    const text = readFileSync(root('examples/llms.txt'), 'utf8')
    expect(text).toBe(llmsPage())
    expect(text.length).toBeLessThan(20_000)
  })
})

describe('the reference', () => {
  it('is what `npm run reference` writes', () => {
    expect(page).toBe(referencePage())
  })

  it.each(Object.keys(optionNames))('has a documented default for every option of %j', (group) => {
    const documented = documentedOptions(group)
    const names = documented.map(({ name }) => name.replace(/^\w+\./, ''))
    expect(names.sort()).toEqual([...optionNames[group]!].sort())
    for (const option of documented) expect(option.text).toMatch(/\w.*\.$/)
  })

  it('names a default or a variable for each option that is not a group', () => {
    const groups = Object.keys(optionNames)
    const silent = groups
      .flatMap(documentedOptions)
      .filter(({ name }) => !groups.includes(name))
      .filter((option) => option.default === 'required' && option.env === '')
    expect(silent).toEqual([])
  })
})
