import { describe, expect, it } from 'vitest'
import { deadlineIn, pause } from '../../../src/lib/management/deadline.ts'

describe('a wait', () => {
  it('does not begin for a call that was cancelled before it', async () => {
    const controller = new AbortController()
    const deadline = deadlineIn(60_000, controller.signal)
    controller.abort()
    await expect(pause(60_000, deadline)).rejects.toMatchObject({ code: 'api_cancelled' })
  })
})
