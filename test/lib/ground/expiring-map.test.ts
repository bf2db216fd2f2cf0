import { describe, expect, it } from 'vitest'
import { expiringMap } from '../../../src/lib/ground/expiring-map.ts'

describe('expiringMap', () => {
  it('keeps an entry until its end, and not at it', () => {
    const { map, at } = builtMap()
    map.set('a', 1, 1000)
    at(999)
    expect(map.get('a')).toBe(1)
    at(1000)
    expect(map.get('a')).toBeUndefined()
    expect(map.values()).toEqual([])
  })

  it('replaces an entry together with its end', () => {
    const { map, at } = builtMap()
    map.set('a', 1, 1000)
    map.set('a', 2, 2000)
    at(1500)
    expect(map.get('a')).toBe(2)
    expect(map.size).toBe(1)
  })

  it('forgets what is deleted', () => {
    const { map } = builtMap()
    map.set('a', 1, 1000)
    map.delete('a')
    map.delete('never there')
    expect(map.get('a')).toBeUndefined()
    expect(map.size).toBe(0)
  })

  it('lists the values that have not ended', () => {
    const { map, at } = builtMap()
    map.set('short', 1, 1000)
    map.set('long', 2, 2000)
    at(1000)
    expect(map.values()).toEqual([2])
  })

  it('lets go of two ended entries for each new one that comes', () => {
    const { map, at } = builtMap()
    for (let index = 0; index < 100; index += 1) map.set(`old ${index}`, index, 1000)
    at(1000)
    for (let index = 0; index < 50; index += 1) map.set(`new ${index}`, index, 2000)
    expect(map.size).toBe(50)
    expect(map.get('new 49')).toBe(49)
  })

  it('lets the oldest go first when there are too many', () => {
    const { map } = builtMap({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c', 'd', 'e']) map.set(key, 1, 1000)
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => map.get(key))).toEqual([
      undefined,
      undefined,
      1,
      1,
      1,
    ])
  })

  it('stays within its bound under a million of sets and deletes', () => {
    const { map } = builtMap({ maxEntries: 50 })
    for (let index = 0; index < 1_000_000; index += 1) {
      map.set(`key ${index}`, index, 1000)
      if (index % 3 === 0) map.delete(`key ${index - 1}`)
      if (map.size > 50) throw new Error(`${map.size} entries`)
    }
    expect(map.get('key 999999')).toBe(999_999)
  })

  it('keeps a key that was deleted and set again', () => {
    const { map } = builtMap({ maxEntries: 2 })
    map.set('a', 1, 1000)
    map.delete('a')
    map.set('b', 2, 1000)
    map.set('a', 3, 1000)
    expect([map.get('a'), map.get('b')]).toEqual([3, 2])
  })

  it('takes no key for a member of its own', () => {
    const { map } = builtMap()
    expect(map.get('__proto__')).toBeUndefined()
    expect(map.get('constructor')).toBeUndefined()
    map.set('__proto__', 1, 1000)
    expect(map.get('__proto__')).toBe(1)
  })
})

function builtMap(limits?: { maxEntries: number }) {
  let now = 0
  const map = expiringMap<number>(() => now, limits)
  return {
    map,
    at(time: number) {
      now = time
    },
  }
}
