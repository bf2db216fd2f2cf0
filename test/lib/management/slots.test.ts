import { describe, expect, it } from 'vitest'
import { deadlineIn } from '../../../src/lib/management/deadline.ts'
import { slots } from '../../../src/lib/management/slots.ts'

describe('a turn that somebody no longer wants', () => {
  const patient = deadlineIn(60_000, undefined)

  it('is passed on in the very moment that it comes', async () => {
    const places = slots(1)
    await places.take(patient)
    const controller = new AbortController()
    const leaving = places.take(deadlineIn(60_000, controller.signal))
    const next = places.take(patient)
    controller.abort()
    places.give()
    await expect(leaving).rejects.toMatchObject({ code: 'api_cancelled' })
    await next
    places.give()
    expect(places.take(patient)).toBeUndefined()
  })

  it('is nobody else’s before it comes', async () => {
    const places = slots(1)
    await places.take(patient)
    let isTaken = false
    const first = places.take(patient)?.then(() => {
      isTaken = true
    })
    const controller = new AbortController()
    const leaving = places.take(deadlineIn(60_000, controller.signal))
    controller.abort()
    await expect(leaving).rejects.toMatchObject({ code: 'api_cancelled' })
    expect(isTaken).toBe(false)
    places.give()
    await first
    places.give()
    expect(places.take(patient)).toBeUndefined()
  })
})
