import { describe, expect, it } from 'vitest'
import { rateLimit } from '../../../src/lib/ground/rate-limit.ts'

describe('rateLimit', () => {
  it('lets five happen in any second, and the next when the first is a second old', () => {
    let now = 0
    const mayHappen = rateLimit(5, 1000, () => now)
    const times = [0, 100, 200, 300, 400, 500, 999, 1000, 1001, 1100, 1100]
    const allowed = times.filter((time) => {
      now = time
      return mayHappen()
    })
    expect(allowed).toEqual([0, 100, 200, 300, 400, 1000, 1100])
  })

  it('counts nothing that it refused', () => {
    let now = 0
    const mayHappen = rateLimit(1, 1000, () => now)
    expect(mayHappen()).toBe(true)
    for (now = 1; now < 1000; now += 1) expect(mayHappen()).toBe(false)
    expect(mayHappen()).toBe(true)
  })

  it('goes on when the clock is set back by an hour', () => {
    let now = 3_600_000
    const mayHappen = rateLimit(1, 1000, () => now)
    expect(mayHappen()).toBe(true)
    now = 0
    expect(mayHappen()).toBe(true)
    expect(mayHappen()).toBe(false)
  })
})
