import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifyWebhook } from '../../../src/webhooks.ts'
import { deliveryMutations, type Sent, signedDelivery } from '../../support/delivery-mutations.ts'
import { seededRandom } from '../../support/random.ts'
import { clock, now, otherSecret, secret } from './deliveries.ts'

/** The same seed makes the same mutations; a failure names its own. */
const seed = Number(process.env.TEST_SEED ?? 20_240_917)
const count = 200_000
const batchSize = 1000

const mutations = Object.entries(deliveryMutations)
const signing = { secrets: [secret, otherSecret], timestamp: now }

describe('verifyWebhook', () => {
  it.each(mutations)('refuses a delivery with %s', (_case, mutate) => {
    const random = seededRandom(seed)
    const signed = signedDelivery(random, signing)
    expect(fateOf(signed)).toBe('accepted')
    expect(fateOf(mutate(signed, random))).toMatch(/^webhook_\w+_invalid$/)
  })

  it(`refuses ${count} deliveries that nobody signed, for less than eight times the CPU time of their HMACs`, {
    tags: 'slow',
    timeout: 120_000,
  }, () => {
    const random = seededRandom(seed)
    const signed = Array.from({ length: 50 }, () => signedDelivery(random, signing))
    const fates = new Set<string>()
    const spent = { refusing: 0, hashing: 0 }
    for (let batch = 0; batch < count / batchSize; batch += 1) {
      const changed = Array.from({ length: batchSize }, () => {
        const [name, mutate] = random.pick(mutations)
        return { name, sent: mutate(random.pick(signed), random) }
      })
      spent.hashing += cpuMicrosOf(() => {
        for (const { sent } of changed) hash(sent)
      })
      spent.refusing += cpuMicrosOf(() => {
        for (const { name, sent } of changed) {
          const fate = fateOf(sent)
          fates.add(fate)
          if (!fate.endsWith('_invalid')) expect.fail(`${fate}: ${name}, seed ${seed}`)
        }
      })
    }
    expect(spent.refusing / spent.hashing).toBeLessThan(8)
    expect([...fates].sort()).toEqual([
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

function cpuMicrosOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** The least that has to be done for a delivery: one HMAC for each secret. */
function hash({ body }: Sent): void {
  for (const each of [secret, otherSecret]) createHmac('sha256', each).update(body).digest()
}
