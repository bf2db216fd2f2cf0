import { describe, expect, it } from 'vitest'
import { rememberSuccess } from '../../../src/lib/ground/remember-success.ts'

describe('rememberSuccess', () => {
  it('loads once for all who ask at the same time, and for all later', async () => {
    const { ask, loads } = remembered()
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['load 1', 'load 1', 'load 1'])
    expect(await ask()).toBe('load 1')
    expect(loads()).toBe(1)
  })

  it('does not load before somebody asks', () => {
    expect(remembered().loads()).toBe(0)
  })

  it('shares a failure for a while and then tries again', async () => {
    const { ask, loads, at, fail } = remembered()
    fail(true)
    await expect(ask()).rejects.toThrow('load 1 failed')
    at(999)
    await expect(ask()).rejects.toThrow('load 1 failed')
    expect(loads()).toBe(1)

    fail(false)
    at(1000)
    expect(await ask()).toBe('load 2')
    at(5000)
    expect(await ask()).toBe('load 2')
  })

  it('counts the while from the failure, not from its start', async () => {
    const { ask, loads, at, fail } = remembered()
    fail(true)
    const first = ask()
    at(5000)
    await expect(first).rejects.toThrow('load 1 failed')
    await expect(ask()).rejects.toThrow('load 1 failed')
    expect(loads()).toBe(1)
  })

  it('tries again when the clock was set back', async () => {
    const { ask, at, fail } = remembered()
    fail(true)
    at(1_000_000)
    await expect(ask()).rejects.toThrow('load 1 failed')
    fail(false)
    at(0)
    expect(await ask()).toBe('load 2')
  })

  it('tries again when the clock failed together with the load', async () => {
    const { ask, at, fail } = remembered()
    fail(true)
    at(undefined)
    await expect(ask()).rejects.toThrow('the clock failed')
    fail(false)
    at(0)
    expect(await ask()).toBe('load 2')
  })
})

function remembered() {
  let now: number | undefined = 0
  let count = 0
  let isFailing = false
  async function load(): Promise<string> {
    count += 1
    const name = `load ${count}`
    await Promise.resolve()
    if (isFailing) throw new Error(`${name} failed`)
    return name
  }
  function clock() {
    if (now === undefined) throw new Error('the clock failed')
    return now
  }
  return {
    ask: rememberSuccess(load, { clock, retryAfterMs: 1000 }),
    loads: () => count,
    at(time: number | undefined) {
      now = time
    },
    fail(value: boolean) {
      isFailing = value
    },
  }
}
