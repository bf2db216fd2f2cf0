// @module-tag slow
import { validateHeaderValue } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deliveryMutations, type Sent, signedDelivery } from '../support/delivery-mutations.ts'
import { type FloodRequest, flood } from '../support/flood.ts'
import { type Measured, startMeasured } from '../support/measured.ts'
import { type Random, seededRandom } from '../support/random.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { webhookSecret } from '../support/webhook.ts'

/** The same seed makes the same mutations; a failure names its own. */
const seed = Number(process.env.TEST_SEED ?? 20_240_917)
const count = 5000
/** Until code is compiled. */
const warmUpCount = 1000
const maxResidentGrowth = 50 * 1024 ** 2
const maxHeapGrowth = 5 * 1024 ** 2

const mutations = Object.entries(deliveryMutations)

let application: Measured
beforeAll(async () => {
  application = await startMeasured()
})
afterAll(() => application.close())

/** A mutation of a delivery that was signed this second, one that HTTP can carry. */
function mutatedDelivery(random: Random): FloodRequest {
  const signed = freshlySigned(random)
  for (;;) {
    const [, mutate] = random.pick(mutations)
    const sent = mutate(signed, random)
    if (isOfHttp(sent)) return requestOf(sent)
  }
}

function freshlySigned(random: Random) {
  const timestamp = Math.floor(Date.now() / 1000)
  return signedDelivery(random, { secrets: [webhookSecret], timestamp })
}

/**
 * Line ends, NUL and characters of more than one byte are in no header, and white space around a
 * value does not arrive: what would be left is what was signed.
 */
function isOfHttp({ headers }: Sent): boolean {
  return Object.entries(headers).every(([name, value]) =>
    [value ?? []].flat().every((one) => one === one.trim() && isHeaderValue(name, one)),
  )
}

function isHeaderValue(name: string, value: string): boolean {
  try {
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

function requestOf({ body, headers }: Sent): FloodRequest {
  const there = Object.entries(headers).filter(([, value]) => value !== undefined)
  return { path: '/webhooks', headers: Object.fromEntries(there) as FloodRequest['headers'], body }
}

// Neither kind of session takes part.
describe.skipIf(isExpressSession)(`of ${count} mutated deliveries (TEST_SEED=${seed})`, () => {
  it('none is accepted, reaches a handler or the store, fails the server or stays in it', async () => {
    const { url, holdings } = application
    const random = seededRandom(seed)
    expect(await flood(url, 1, () => requestOf(freshlySigned(random)))).toEqual({ 201: 1 })
    await flood(url, warmUpCount, () => mutatedDelivery(random))
    const before = await holdings()
    expect(before.handled).toBe(1)

    const {
      400: malformed,
      401: forged,
      ...others
    } = await flood(url, count, () => mutatedDelivery(random))
    expect(others).toEqual({})
    expect(malformed! + forged!).toBe(count)

    const after = await holdings()
    expect(after.handled).toBe(1)
    expect(after.storeWrites).toBe(before.storeWrites)
    expect(after.residentBytes - before.residentBytes).toBeLessThan(maxResidentGrowth)
    expect(after.heapBytes - before.heapBytes).toBeLessThan(maxHeapGrowth)
    expect(await flood(url, 1, () => requestOf(freshlySigned(random)))).toEqual({ 201: 1 })
  }, 60_000)
})
