import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { deadlineIn, pause, waitFor } from '../../../src/lib/management/deadline.ts'
import { failureOf, runningTimers } from './failures.ts'

describe('a wait', () => {
  it('does not begin for a call that was cancelled before it', async () => {
    const controller = new AbortController()
    const deadline = deadlineIn(60_000, controller.signal)
    controller.abort()
    await expect(pause(60_000, deadline)).rejects.toMatchObject({ code: 'api_cancelled' })
  })

  it('is not over because the process was blocked meanwhile', async () => {
    const waiting = waitFor(setImmediate('here'), deadlineIn(100, undefined))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    expect(await waiting).toBe('here')
  })

  it('leaves no timer behind where it is cut short', async () => {
    const controller = new AbortController()
    const deadline = deadlineIn(60_000, controller.signal)
    const waiting = Array.from({ length: 20 }, () => failureOf(pause(60_000, deadline)))
    controller.abort()
    await Promise.all(waiting)
    // The test runner may have one or two of its own.
    expect(runningTimers()).toBeLessThan(5)
  })
})
