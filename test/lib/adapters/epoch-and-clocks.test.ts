import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revocationKey } from '../../../src/lib/auth/revocation.ts'
import {
  type RevocationsReplica,
  replicateRevocations,
} from '../../../src/lib/auth/revocations-replica.ts'
import type { Revocation, Revocations } from '../../../src/redis.ts'
import { ada, hourMs } from '../identities.ts'
import { revocation } from '../state/use-all.ts'
import { type Server, servers } from './revocation-places.ts'

/** By the store's clock; Scalekit's is a minute behind. */
const endedAt = Date.now()
const minuteMs = 60_000
const shared = {
  key: revocationKey(ada().iss, { sub: ada().sub }),
  expiresAt: endedAt + hourMs,
}
const marks: readonly Revocation[] = [
  { ...shared, notBefore: endedAt - minuteMs, clock: 'scalekit' },
  { ...shared, notBefore: endedAt, clock: 'store' },
]

/** When sessions began, by both clocks, and whether one of the two marks ends them. */
const begins: readonly [begun: { scalekit: number; store: number }, isEnded: boolean][] = [
  [{ scalekit: endedAt - minuteMs - 1000, store: endedAt - 1000 }, true],
  [{ scalekit: endedAt - minuteMs + 1000, store: endedAt }, true],
  [{ scalekit: endedAt - minuteMs, store: endedAt + 1000 }, true],
  // Earlier than the store's mark, but only by Scalekit's clock.
  [{ scalekit: endedAt - minuteMs + 1, store: endedAt + 1 }, false],
]
const ends = begins.map(([, isEnded]) => isEnded)

describe.each(servers)('marks by two clocks of one key, in %s', (_name, isThere, startServer) => {
  describe.skipIf(!isThere)('of which processes know the epoch', () => {
    let server: Server
    beforeAll(async () => {
      server = await startServer()
    })
    afterAll(() => server.close())

    it.each([
      [1, [true, false, true, false]],
      [2, [false, false, false, false]],
    ])(
      'are written back to a replica that took over without %i of them',
      async (lost, endsOnIt) => {
        const { open, loseNewest } = server.place()
        await open().write([revocation('other', hourMs)])
        const [witness, late] = [replicaOf(open()), replicaOf(open())]
        await witness.refresh()
        await open().write(marks)
        await witness.refresh()
        await loseNewest(lost)
        await late.refresh()
        expect(endsBy(late)).toEqual(endsOnIt)
        expect(await witness.refresh()).toBe(true)
        await late.refresh()
        expect(endsBy(late)).toEqual(ends)
        expect(late.epoch()).toEqual(witness.epoch())
      },
    )

    it('hold in the epoch after all was lost, and sessions of the one before are over', async () => {
      const { open, empty } = server.place()
      const one = replicaOf(open())
      await one.refresh()
      await one.write(marks)
      expect(endsBy(one)).toEqual(ends)
      const before = one.epoch()!.id
      await empty()
      await one.refresh()
      expect(one.epoch()!.id).not.toBe(before)
      expect(begins.map(([begun]) => one.isForgotten(ada({ begun, epoch: before })))).toEqual(
        begins.map(() => true),
      )
      await one.write(marks)
      const next = replicaOf(open())
      await next.refresh()
      expect(next.epoch()).toEqual(one.epoch())
      expect(endsBy(next)).toEqual(ends)
    })

    it('are told apart where one got the place of the other', async () => {
      const { open, loseNewest } = server.place()
      const byStore = marks[1]!
      const one = open()
      await one.write([{ ...byStore, clock: 'scalekit' }])
      const { cursor } = await one.since()
      await loseNewest(1)
      await open().write([byStore])
      expect(await one.since(cursor)).toMatchObject({ isRestart: true, revocations: [byStore] })
    })
  })
})

function replicaOf(revocations: Revocations): RevocationsReplica {
  return replicateRevocations(revocations, { clock: Date.now, maxLagMs: 1000 })
}

/** Which of the sessions are over, that began in the epoch as it is now. */
function endsBy(replica: RevocationsReplica): boolean[] {
  const epoch = replica.epoch()!.id
  return begins.map(([begun]) => replica.isDead(ada({ begun, epoch })))
}
