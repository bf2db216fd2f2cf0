import { describe, expect, it } from 'vitest'
import { verifyWebhook } from '../../../src/webhooks.ts'
import { deliveryMutations, type Sent, signedDelivery } from '../../support/delivery-mutations.ts'
import { seededRandom } from '../../support/random.ts'
import { clock, now, otherSecret, secret } from './deliveries.ts'

/** The same seed makes the same mutations; a failure names its own. */
const seed = Number(process.env.TEST_SEED ?? 20_240_917)
const count = 200_000

const mutations = Object.entries(deliveryMutations)
const signing = { secrets: [secret, otherSecret], timestamp: now }

describe('verifyWebhook', () => {
  it.each(mutations)('refuses a delivery with %s', (_case, mutate) => {
    const random = seededRandom(seed)
    const signed = signedDelivery(random, signing)
    expect(fateOf(signed)).toBe('accepted')
    expect(fateOf(mutate(signed, random))).toMatch(/^webhook_\w+_invalid$/)
  })

  it(`refuses ${count} deliveries that nobody signed, in less than ten seconds of CPU`, {
    tags: 'slow',
    timeout: 60_000,
  }, () => {
    const random = seededRandom(seed)
    const signed = Array.from({ length: 50 }, () => signedDelivery(random, signing))
    const fates = new Map<string, number>()
    const before = process.cpuUsage()
    for (let at = 0; at < count; at += 1) {
      const [name, mutate] = random.pick(mutations)
      const fate = fateOf(mutate(random.pick(signed), random))
      fates.set(fate, (fates.get(fate) ?? 0) + 1)
      if (!fate.endsWith('_invalid')) expect.fail(`${fate}: ${name}, number ${at}, seed ${seed}`)
    }
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(10)
    expect([...fates.keys()].sort()).toEqual([
      'webhook_headers_invalid',
      'webhook_signature_invalid',
      'webhook_timestamp_invalid',
    ])
  })
})

/** What becomes of a delivery: `accepted`, the code of a refusal, or what went wrong. */
function fateOf({ body, headers }: Sent): string {
  try {
    verifyWebhook(body, headers, [secret, otherSecret], { clock })
    return 'accepted'
  } catch (error) {
    const { code, name } = error as { code?: string; name?: string }
    return name === 'WebhookError' ? String(code) : `crashed: ${error}`
  }
}
