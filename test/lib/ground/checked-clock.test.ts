import { describe, expect, it } from 'vitest'
import { checkedClock } from '../../../src/lib/ground/checked-clock.ts'
import type { Clock } from '../../../src/lib/ground/clock.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

describe('a checked clock', () => {
  it.each([0, -1, 1.5, Date.now(), 8.64e15])('returns %d as it is', (now) => {
    expect(checkedClock(() => now)()).toBe(now)
  })

  it.each<[unknown, string]>([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [8.64e15 + 1, '8640000000000001'],
    [undefined, 'undefined'],
    [null, 'null'],
    ['1700000000000', 'a string'],
    [new Date(), 'an object'],
    [1_700_000_000_000n, 'a bigint'],
    [Promise.resolve(1_700_000_000_000), 'a promise'],
    [[1_700_000_000_000], 'an array'],
  ])('refuses %s', (now, kind) => {
    const message = `\`clock\` must return a number of milliseconds since the epoch, but it returned ${kind}`
    expect(checkedClock((() => now) as Clock)).toThrow(
      expect.objectContaining({ code: 'clock_invalid', status: 503, message }),
    )
  })

  it('logs the first failure, and works again when the clock does', () => {
    const { logger, lines } = recordingLogger()
    let now: unknown
    const clock = checkedClock((() => now) as Clock, logger)
    expect(clock).toThrow()
    expect(clock).toThrow()
    now = 5
    expect(clock()).toBe(5)
    expect(lines).toEqual([
      'error clock_invalid: `clock` must return a number of milliseconds since the epoch, but it returned undefined. Requests get 503 until it works',
    ])
  })
})
