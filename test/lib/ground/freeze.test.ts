import { describe, expect, it } from 'vitest'
import { deepFreeze } from '../../../src/lib/ground/freeze.ts'

describe('deepFreeze', () => {
  it('freezes every object and list inside a value', () => {
    const value = deepFreeze({ list: [{ name: 'a' }], inner: { deep: { deeper: [] } } })
    for (const part of [value, value.list, value.list[0], value.inner.deep.deeper]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it.each([null, undefined, 'text', 5, true])('answers %s as it is', (value) => {
    expect(deepFreeze(value)).toBe(value)
  })
})
