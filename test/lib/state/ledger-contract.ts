import { describe, expect, it } from 'vitest'
import type { DeadLetter, DeliveryClaim, Ledger } from '../../../src/lib/state/store.ts'

const weekMs = 7 * 24 * 3_600_000

/** A ledger to ask, and a way to let time pass for it. */
export interface LedgerUnderTest {
  readonly ledger: Ledger
  /** Lets every lease of at most this many milliseconds end. */
  pass(ms: number): Promise<void>
}

/** What every ledger promises. */
export function describeLedger(name: string, create: () => Promise<LedgerUnderTest>): void {
  describe(`the ledger of ${name}`, () => {
    it('grants a delivery to the first of many who claim it at once', async () => {
      const { ledger } = await create()
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) => ledger.claim(claim({ owner: `owner ${at}` }))),
      )
      const granted = answers.filter(({ status }) => status === 'claimed')
      expect(granted).toEqual([{ status: 'claimed', isSameBody: true, attempt: 1 }])
      const refused = answers.filter(({ status }) => status === 'busy')
      expect(refused).toHaveLength(49)
      expect(refused[0]).toEqual({ status: 'busy', isSameBody: true, attempt: 1 })
    })

    it('keeps deliveries apart', async () => {
      const { ledger } = await create()
      for (const deliveryId of ['msg_1', 'msg_2', '__proto__', 'constructor']) {
        expect((await ledger.claim(claim({ deliveryId }))).status).toBe('claimed')
      }
    })

    it('remembers what is done', async () => {
      const { ledger } = await create()
      await ledger.claim(claim())
      await ledger.settle('msg_1', 'first', weekMs)
      expect(await ledger.claim(claim({ owner: 'second' }))).toEqual({
        status: 'done',
        isSameBody: true,
        attempt: 1,
      })
    })

    it('grants what is done to somebody who wants it handled again, one at a time', async () => {
      const { ledger } = await create()
      await ledger.claim(claim())
      const again = claim({ owner: 'second', evenIfDone: true })
      expect((await ledger.claim(again)).status).toBe('busy')
      await ledger.settle('msg_1', 'first', weekMs)
      const claims = [again, claim({ owner: 'third', evenIfDone: true })]
      const answers = await Promise.all(claims.map((each) => ledger.claim(each)))
      expect(answers.map(({ status }) => status).sort()).toEqual(['busy', 'claimed'])
      expect(answers.map(({ attempt }) => attempt)).toEqual([2, 2])
      expect((await ledger.claim(claim({ owner: 'fourth' }))).status).toBe('busy')
    })

    it('grants what was released again, and counts', async () => {
      const { ledger } = await create()
      await ledger.claim(claim())
      await ledger.release('msg_1', 'first')
      expect(await ledger.claim(claim({ owner: 'second' }))).toEqual({
        status: 'claimed',
        isSameBody: true,
        attempt: 2,
      })
    })

    it('grants what a process left behind, when its lease is over', async () => {
      const { ledger, pass } = await create()
      const [brief, lasting] = [claim({ leaseMs: 50 }), claim({ deliveryId: 'msg_2' })]
      await ledger.claim(brief)
      await ledger.claim(lasting)
      await pass(50)
      const answer = await ledger.claim({ ...brief, owner: 'second' })
      expect(answer).toMatchObject({ status: 'claimed', attempt: 2 })
      expect((await ledger.claim({ ...lasting, owner: 'second' })).status).toBe('busy')
    })

    it('makes a lease last while it is renewed, by its owner alone', async () => {
      const { ledger, pass } = await create()
      const leaseMs = await renewInTime(ledger)
      expect(await ledger.renew('msg_1', 'second', 60_000)).toBe(false)
      expect(await ledger.renew('msg_2', 'first', 60_000)).toBe(false)
      await pass(leaseMs)
      expect((await ledger.claim(claim({ owner: 'second' }))).status).toBe('busy')
    })

    it('takes no word of an owner who has lost the delivery', async () => {
      const { ledger, pass } = await create()
      await ledger.claim(claim({ leaseMs: 50 }))
      await pass(50)
      await ledger.claim(claim({ owner: 'second', leaseMs: 60_000 }))
      await ledger.settle('msg_1', 'first', weekMs)
      await ledger.release('msg_1', 'first')
      expect(await ledger.renew('msg_1', 'first', 60_000)).toBe(false)
      expect((await ledger.claim(claim({ owner: 'third' }))).status).toBe('busy')
      await ledger.settle('msg_1', 'second', weekMs)
      expect((await ledger.claim(claim({ owner: 'third' }))).status).toBe('done')
    })

    it('takes no further word of an owner who said that the delivery is over', async () => {
      const { ledger } = await create()
      await ledger.claim(claim())
      await ledger.settle('msg_1', 'first', weekMs)
      expect(await ledger.renew('msg_1', 'first', 60_000)).toBe(false)
      await ledger.release('msg_1', 'first')
      expect((await ledger.claim(claim({ owner: 'second' }))).status).toBe('done')
      await ledger.claim(claim({ deliveryId: 'msg_2' }))
      await ledger.release('msg_2', 'first')
      expect(await ledger.renew('msg_2', 'first', 60_000)).toBe(false)
      await ledger.settle('msg_2', 'first', weekMs)
      const again = claim({ deliveryId: 'msg_2', owner: 'second' })
      expect((await ledger.claim(again)).status).toBe('claimed')
    })

    it('says that another body has the same id, whatever became of the first', async () => {
      const { ledger } = await create()
      await ledger.claim(claim())
      const other = claim({ bodyHash: 'other', owner: 'second' })
      expect(await ledger.claim(other)).toMatchObject({ status: 'busy', isSameBody: false })
      await ledger.settle('msg_1', 'first', weekMs)
      expect(await ledger.claim(other)).toMatchObject({ status: 'done', isSameBody: false })
    })

    it('grants another body what never took effect', async () => {
      const { ledger } = await create()
      await ledger.claim(claim())
      await ledger.release('msg_1', 'first')
      const other = claim({ bodyHash: 'other', owner: 'second' })
      expect(await ledger.claim(other)).toEqual({
        status: 'claimed',
        isSameBody: false,
        attempt: 2,
      })
    })

    it('keeps dead letters whole, oldest first, each once', async () => {
      const { ledger } = await create()
      const [one, two] = [letter('msg_1'), letter('msg_2', { body: '{"name":"Zoë 🚀"}' })]
      await ledger.putDeadLetter(one)
      await ledger.putDeadLetter(two)
      expect(await ledger.deadLetters()).toEqual([one, two])
      const again = { ...one, reason: 'again', failedAt: one.failedAt + 5000 }
      await ledger.putDeadLetter(again)
      expect(await ledger.deadLetters()).toEqual([two, again])
    })

    it('finds the dead letter of one delivery', async () => {
      const { ledger } = await create()
      await ledger.putDeadLetter(letter('msg_1'))
      await ledger.putDeadLetter(letter('msg_2', { body: '{"name":"Zoë 🚀"}' }))
      expect(await ledger.getDeadLetter('msg_2')).toEqual(
        letter('msg_2', { body: '{"name":"Zoë 🚀"}' }),
      )
      await ledger.removeDeadLetter('msg_2')
      expect(await ledger.getDeadLetter('msg_2')).toBeUndefined()
      expect(await ledger.getDeadLetter('__proto__')).toBeUndefined()
    })

    it('gives a dead letter to one of those who ask', async () => {
      const { ledger } = await create()
      await ledger.putDeadLetter(letter('msg_1'))
      const answers = await Promise.all([1, 2, 3].map(() => ledger.removeDeadLetter('msg_1')))
      expect(answers.filter((isMine) => isMine)).toHaveLength(1)
      expect(await ledger.deadLetters()).toEqual([])
    })
  })
}

/** Renews a lease before it is over, which a slow machine may manage with a longer one only. */
async function renewInTime(ledger: Ledger): Promise<number> {
  for (let leaseMs = 50; leaseMs < 5000; leaseMs *= 2) {
    await ledger.claim(claim({ leaseMs }))
    if (await ledger.renew('msg_1', 'first', 60_000)) return leaseMs
  }
  return expect.fail('no lease could be renewed')
}

/** The claim of `first` on `msg_1`, with any part replaced. */
function claim(changes: Partial<DeliveryClaim> = {}): DeliveryClaim {
  return { deliveryId: 'msg_1', bodyHash: 'body', owner: 'first', leaseMs: 60_000, ...changes }
}

function letter(deliveryId: string, changes: Partial<DeadLetter> = {}): DeadLetter {
  return {
    deliveryId,
    type: 'organization.directory.user_created',
    body: '{}',
    reason: 'the handler failed',
    failedAt: 1_700_000_000_000,
    attempt: 3,
    ...changes,
  }
}
