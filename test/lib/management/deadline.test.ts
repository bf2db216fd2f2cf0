import { describe, expect, it } from 'vitest'
import { deadlineIn, pause } from '../../../src/lib/management/deadline.ts'
import { failureOf, runningTimers } from './failures.ts'

describe('a wait', () => {
  it('does not begin for a call that was cancelled before it', async () => {
    const controller = new AbortController()
    const deadline = deadlineIn(60_000, controller.signal)
    controller.abort()
    await expect(pause(60_000, deadline)).rejects.toMatchObject({ code: 'api_cancelled' })
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
