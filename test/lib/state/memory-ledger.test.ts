import { describe, expect, it } from 'vitest'
import { memoryLedger } from '../../../src/lib/state/memory-ledger.ts'
import { now, settableClock } from '../identities.ts'
import { describeLedger } from './ledger-contract.ts'

describeLedger('one process', async () => {
  const { clock, at } = settableClock()
  return { ledger: memoryLedger(clock), pass: async (ms) => at(clock() + ms) }
})

describe('the ledger of one process', () => {
  it('forgets what is done when it need not be remembered', async () => {
    const { clock, at } = settableClock()
    const ledger = memoryLedger(clock)
    const claim = { deliveryId: 'msg_1', bodyHash: 'body', owner: 'first', leaseMs: 1000 }
    await ledger.claim(claim)
    await ledger.settle('msg_1', 'first', 5000)
    at(now + 4999)
    expect((await ledger.claim(claim)).status).toBe('done')
    at(now + 5000)
    expect((await ledger.claim(claim)).status).toBe('claimed')
  })

  it('keeps the latest thousand dead letters', async () => {
    const ledger = memoryLedger(() => now)
    for (let index = 0; index < 1001; index += 1) {
      await ledger.putDeadLetter({
        deliveryId: `msg_${index}`,
        type: 'x',
        body: '{}',
        reason: 'x',
        failedAt: now,
        attempt: 1,
      })
    }
    const ids = (await ledger.deadLetters()).map(({ deliveryId }) => deliveryId)
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([1000, 'msg_1', 'msg_1000'])
  })
})
