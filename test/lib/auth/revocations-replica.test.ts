import { afterEach, describe, expect, it, vi } from 'vitest'
import { revocationKey, sessionRevocation } from '../../../src/lib/auth/revocation.ts'
import {
  type RevocationsReplica,
  replicateRevocations,
} from '../../../src/lib/auth/revocations-replica.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { Revocation, Revocations } from '../../../src/lib/state/store.ts'
import { type StoreOutage, storeOutage } from '../../../src/lib/state/store-outage.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { ada, now, settableClock } from '../identities.ts'

const maxLagMs = 1000

describe.each<[string, () => { replica: RevocationsReplica }]>([
  ['local revocations', local],
  ['a copy of remote revocations', remote],
])('%s', (_kind, make) => {
  it.each([
    [-1, true],
    [0, true],
    [1, false],
  ])('end a session that began %d ms after them: %s', async (afterMs, isDead) => {
    const { replica } = make()
    const identity = ada({ startedAt: now + afterMs })
    await replica.write([personRevocation({ notBefore: now })])
    expect(replica.isDead(identity)).toBe(isDead)
  })

  it('end a session of their own whenever it began', async () => {
    const { replica } = make()
    const identity = ada({ startedAt: now + 3_600_000 })
    await replica.write([{ ...sessionRevocation(identity, now), notBefore: now }])
    expect(replica.isDead(identity)).toBe(true)
  })

  it.each(['scalekit', 'store'] as const)(
    'by the clock %s compare with the begin by that clock alone',
    async (clock) => {
      const { replica } = make()
      const other = clock === 'store' ? 'scalekit' : 'store'
      await replica.write([personRevocation({ notBefore: now, clock })])
      const begunAt = (moment: number) =>
        ada({
          startedAt: now - 1000,
          begun: { scalekit: moment, store: moment, [other]: now - 1000 },
        })
      expect(replica.isDead(begunAt(now))).toBe(true)
      expect(replica.isDead(begunAt(now + 1))).toBe(false)
    },
  )

  it('of one person by different clocks stand beside each other', async () => {
    const { replica } = make()
    await replica.write([personRevocation({ notBefore: now, clock: 'scalekit' })])
    await replica.write([personRevocation({ notBefore: now - 60_000, clock: 'store' })])
    const later = now + 1
    expect(replica.isDead(ada({ begun: { scalekit: now, store: later } }))).toBe(true)
    expect(replica.isDead(ada({ begun: { scalekit: later, store: now - 60_000 } }))).toBe(true)
    expect(replica.isDead(ada({ begun: { scalekit: later, store: now } }))).toBe(false)
  })

  it.each([null, '', 'later'])(
    'of the clock %j, which is none, end by the earliest',
    async (clock) => {
      const { replica } = make()
      await replica.write([{ ...personRevocation({ notBefore: now }), clock: clock as never }])
      const later = now + 1
      const begun = { scalekit: later, store: now }
      expect(replica.isDead(ada({ startedAt: later, begun }))).toBe(true)
      expect(replica.isDead(ada({ startedAt: later, begun: { ...begun, store: later } }))).toBe(
        false,
      )
    },
  )

  it.each(['scalekit', 'store', 'process'] as const)(
    'of an older version end a session by its begin by the clock %s',
    async (clock) => {
      const { replica } = make()
      await replica.write([personRevocation({ notBefore: now })])
      const { process: startedAt, ...begun } = {
        ...{ scalekit: now + 1, store: now + 1, process: now + 1 },
        [clock]: now,
      }
      expect(replica.isDead(ada({ startedAt, begun }))).toBe(true)
      const later = { scalekit: now + 1, store: now + 1 }
      expect(replica.isDead(ada({ startedAt: now + 1, begun: later }))).toBe(false)
    },
  )

  it.each(['scalekit', 'store'] as const)(
    'by the clock %s end a session of an older version by the one begin it has',
    async (clock) => {
      const { replica } = make()
      await replica.write([personRevocation({ notBefore: now, clock })])
      expect(replica.isDead(ada({ startedAt: now }))).toBe(true)
      expect(replica.isDead(ada({ startedAt: now + 1 }))).toBe(false)
    },
  )

  it('are known here as soon as they are written', async () => {
    const { replica } = make()
    await replica.write([sessionRevocation(ada(), now)])
    expect(replica.isDead(ada())).toBe(true)
  })

  it('never revive a session, in whatever order they come', async () => {
    const { replica } = make()
    const late = { ...sessionRevocation(ada(), now), notBefore: now }
    await replica.write([late])
    await replica.write([{ ...late, notBefore: now - 3_600_000 }])
    expect(replica.isDead(ada())).toBe(true)
  })

  it('can be closed', () => {
    expect(() => make().replica.close()).not.toThrow()
  })
})

describe('local revocations', () => {
  it('go by the clock of the process', async () => {
    const { replica } = local()
    expect(await replica.askStoreTime()).toEqual({ earliest: now, latest: now })
  })

  it('are always fresh and never asked for', async () => {
    const { replica } = local()
    expect(replica.isFresh()).toBe(true)
    expect(await replica.refresh()).toBe(true)
  })
})

describe('a copy of remote revocations', () => {
  afterEach(() => vi.useRealTimers())

  it('is not fresh before it was asked for', () => {
    expect(remote().replica.isFresh()).toBe(false)
  })

  it('knows the revocations of other processes after a refresh', async () => {
    const { replica, written } = remote()
    written.push(sessionRevocation(ada(), now))
    expect(replica.isDead(ada())).toBe(false)
    expect(await replica.refresh()).toBe(true)
    expect(replica.isDead(ada())).toBe(true)
  })

  it('asks only for what it has not seen', async () => {
    const { replica, written, asked } = remote()
    written.push(sessionRevocation(ada(), now))
    await replica.refresh()
    await replica.refresh()
    expect(asked).toEqual([undefined, '1'])
    expect(replica.isDead(ada())).toBe(true)
  })

  it('is fresh for as long as it may lag', async () => {
    vi.useFakeTimers()
    const { replica } = remote()
    await replica.refresh()
    vi.advanceTimersByTime(maxLagMs)
    expect(replica.isFresh()).toBe(true)
    vi.advanceTimersByTime(1)
    expect(replica.isFresh()).toBe(false)
  })

  it('counts its age from when it asked, not from when it heard', async () => {
    vi.useFakeTimers()
    const { replica, hold, release } = remote()
    hold()
    const refreshed = replica.refresh()
    await vi.advanceTimersByTimeAsync(600)
    release()()
    expect(await refreshed).toBe(true)
    vi.advanceTimersByTime(401)
    expect(replica.isFresh()).toBe(false)
  })

  it('asks once for all who wait', async () => {
    const { replica, asked } = remote()
    expect(await Promise.all([replica.refresh(), replica.refresh()])).toEqual([true, true])
    expect(asked).toHaveLength(1)
  })

  describe('is asked for by who comes while it is asked', () => {
    /** A question that has been under way for some time when `refresh()` is called. */
    async function joinedAfter(ms: number, since?: () => number) {
      vi.useFakeTimers()
      const parts = remote()
      parts.hold()
      void parts.replica.refresh()
      await vi.advanceTimersByTimeAsync(ms)
      const joined = parts.replica.refresh(since?.())
      parts.written.push(sessionRevocation(ada(), now))
      return { ...parts, joined }
    }

    it('with that question, if it was asked recently enough', async () => {
      const { joined, asked, release } = await joinedAfter(999)
      release()()
      expect(await joined).toBe(true)
      expect(asked).toHaveLength(1)
    })

    it('with another one, if it was asked before the time that is named', async () => {
      const { replica, joined, asked, release } = await joinedAfter(1, () => performance.now())
      release()()
      expect(await joined).toBe(true)
      expect(asked).toHaveLength(2)
      expect(replica.isDead(ada())).toBe(true)
    })

    it('and hears that it is not known, if only the earlier one is responded to', async () => {
      const { joined, fail, release } = await joinedAfter(1, () => performance.now())
      fail(true)
      release()()
      expect(await joined).toBe(false)
    })
  })

  it('is asked for once more, if a late response has made the one waited for useless', async () => {
    vi.useFakeTimers()
    const { replica, asked, hold, release } = remote()
    hold()
    void replica.refresh()
    await vi.advanceTimersByTimeAsync(1500)
    const releaseFirst = release()
    hold()
    const second = replica.refresh()
    releaseFirst()
    await vi.advanceTimersByTimeAsync(0)
    release()()
    expect(await second).toBe(true)
    expect(asked).toEqual([undefined, undefined, '0'])
    expect(replica.isFresh()).toBe(true)
  })

  it.each<[string, Revocations['since']]>([
    ['rejects', async () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['answers something else', async () => ({}) as never],
    ['does not say the time', async () => ({ revocations: [], cursor: '' }) as never],
  ])('says no, and stays as old as it was, when the store %s', async (_case, since) => {
    const replica = replicateRevocations(
      { write: async () => {}, since },
      { clock: () => now, maxLagMs },
    )
    expect(await replica.refresh()).toBe(false)
    expect(replica.isFresh()).toBe(false)
  })

  it('says no after a second when the store does not answer', async () => {
    vi.useFakeTimers()
    const { replica, hold } = remote()
    hold()
    let answer: boolean | undefined
    void replica.refresh().then((isFresh) => {
      answer = isFresh
    })
    await vi.advanceTimersByTimeAsync(999)
    expect(answer).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(answer).toBe(false)
    expect(replica.isFresh()).toBe(false)
  })

  it('takes an answer that comes late for the next who asks', async () => {
    vi.useFakeTimers()
    const { replica, written, hold, release } = remote()
    written.push(sessionRevocation(ada(), now))
    hold()
    const refreshed = replica.refresh()
    await vi.advanceTimersByTimeAsync(1000)
    expect(await refreshed).toBe(false)
    release()()
    await vi.advanceTimersByTimeAsync(0)
    expect(replica.isDead(ada())).toBe(true)
    expect(replica.isFresh()).toBe(true)
  })

  it('is not made older by an answer that comes after a later one', async () => {
    vi.useFakeTimers()
    const { replica, hold, release } = remote()
    hold()
    const first = replica.refresh()
    await vi.advanceTimersByTimeAsync(1500)
    expect(await first).toBe(false)
    const releaseFirst = release()
    expect(await replica.refresh()).toBe(true)
    releaseFirst()
    await vi.advanceTimersByTimeAsync(0)
    expect(replica.isFresh()).toBe(true)
  })

  it('begins no outage for a question that was given up on after a later answer', async () => {
    vi.useFakeTimers()
    const outage = storeOutage(recordingLogger().logger)
    const { replica, hold, release } = remote(() => now, outage)
    hold()
    const first = replica.refresh()
    await vi.advanceTimersByTimeAsync(900)
    const second = replica.refresh()
    await vi.advanceTimersByTimeAsync(100)
    expect(await first).toBe(false)
    expect(outage.failure()).toBeDefined()
    release()
    await vi.advanceTimersByTimeAsync(500)
    expect(outage.failure()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(400)
    expect(await second).toBe(true)
    expect(outage.failure()).toBeUndefined()
  })

  describe('whose question fails', () => {
    it('is asked once more, and begins no outage if it then responds', async () => {
      const { logger, lines } = recordingLogger()
      const { replica, asked, failNext } = remote(() => now, storeOutage(logger))
      failNext(1)
      expect(await Promise.all([replica.refresh(), replica.refresh()])).toEqual([true, true])
      expect(asked).toHaveLength(2)
      expect(lines).toEqual([])
    })

    it('is away after a second if it then does not respond', async () => {
      vi.useFakeTimers()
      const outage = storeOutage(recordingLogger().logger)
      let calls = 0
      const since = async () => {
        calls += 1
        await new Promise((resolve) => calls === 1 && setTimeout(resolve, 300))
        throw new Error('reset')
      }
      const options = { clock: () => now, maxLagMs, outage }
      const replica = replicateRevocations({ write: async () => {}, since }, options)
      const refreshed = replica.refresh()
      await vi.advanceTimersByTimeAsync(1000)
      expect(await refreshed).toBe(false)
      expect(calls).toBe(2)
      expect(outage.failure()).toBeDefined()
      replica.close()
    })

    it('is not asked once more during the outage that the question began', async () => {
      vi.useFakeTimers()
      const outage = storeOutage(recordingLogger().logger)
      let reject = (_error: Error) => {}
      const answer = new Promise<never>((_resolve, fail) => {
        reject = fail
      })
      const since = vi.fn(() => answer)
      const options = { clock: () => now, maxLagMs, outage }
      const replica = replicateRevocations({ write: async () => {}, since }, options)
      void replica.refresh()
      await vi.advanceTimersByTimeAsync(1000)
      reject(new Error('Query read timeout'))
      await vi.advanceTimersByTimeAsync(0)
      expect(since).toHaveBeenCalledTimes(1)
      replica.close()
    })

    it('is away if it fails again', async () => {
      const outage = storeOutage(recordingLogger().logger)
      const { replica, asked, failNext } = remote(() => now, outage)
      failNext(2)
      expect(await Promise.all([replica.refresh(), replica.refresh()])).toEqual([false, false])
      expect(asked).toHaveLength(2)
      expect(outage.failure()).toEqual({ cause: new Error('down') })
      replica.close()
    })
  })

  it('ends an outage when a late response comes, before the next probe', async () => {
    vi.useFakeTimers()
    const outage = storeOutage(recordingLogger().logger)
    const { replica, asked, hold, release } = remote(() => now, outage)
    hold()
    const refreshed = replica.refresh()
    await vi.advanceTimersByTimeAsync(1000)
    expect(await refreshed).toBe(false)
    release()()
    await vi.advanceTimersByTimeAsync(10)
    expect(outage.failure()).toBeUndefined()
    expect(asked).toHaveLength(2)
    replica.close()
  })

  it('is asked again after a failure', async () => {
    const { replica, written, fail } = remote()
    fail(true)
    expect(await replica.refresh()).toBe(false)
    fail(false)
    written.push(sessionRevocation(ada(), now))
    expect(await replica.refresh()).toBe(true)
    expect(replica.isDead(ada())).toBe(true)
  })

  it('keeps a revocation out that could not be written, and says so', async () => {
    const { replica, fail } = remote()
    fail(true)
    await expect(replica.write([sessionRevocation(ada(), now)])).rejects.toThrow('down')
    expect(replica.isDead(ada())).toBe(false)
  })

  it('forgets a revocation that expired', async () => {
    const { clock, at } = settableClock()
    const { replica } = remote(clock)
    await replica.write([sessionRevocation(ada(), now)])
    at(sessionRevocation(ada(), now).expiresAt)
    expect(replica.isDead(ada())).toBe(false)
  })

  describe('tells the time of the store', () => {
    it('not before it has heard it', async () => {
      const { replica, fail } = remote()
      expect(replica.storeTime()).toBeUndefined()
      fail(true)
      expect(await replica.askStoreTime()).toBeUndefined()
    })

    it('by its own monotonic clock, whatever the clock of the process says', async () => {
      vi.useFakeTimers({ toFake: ['performance'] })
      const { replica } = remote()
      await replica.refresh()
      vi.advanceTimersByTime(400)
      expect(replica.storeTime()).toEqual({ earliest: storeNow + 400, latest: storeNow + 401 })
    })

    it('within the time that the answer took', async () => {
      vi.useFakeTimers()
      const { replica, hold, release } = remote()
      hold()
      const refreshed = replica.refresh()
      await vi.advanceTimersByTimeAsync(300)
      release()()
      await refreshed
      expect(replica.storeTime()).toEqual({ earliest: storeNow, latest: storeNow + 301 })
    })

    it('after asking, where what it knows is too old', async () => {
      vi.useFakeTimers()
      const { replica, asked } = remote()
      await replica.askStoreTime()
      vi.advanceTimersByTime(maxLagMs)
      await replica.askStoreTime()
      expect(asked).toHaveLength(1)
      vi.advanceTimersByTime(1)
      await replica.askStoreTime()
      expect(asked).toHaveLength(2)
    })

    it('not when the store stopped answering since', async () => {
      vi.useFakeTimers()
      const { replica, fail } = remote()
      await replica.refresh()
      fail(true)
      vi.advanceTimersByTime(maxLagMs + 1)
      expect(await replica.askStoreTime()).toBeUndefined()
    })
  })

  it('is not fresh once it is invalidated, whatever was asked before, until it is asked again', async () => {
    const { replica, hold, release, asked } = remote()
    await replica.refresh()
    hold()
    const joined = replica.refresh()
    replica.invalidate()
    expect(replica.isFresh()).toBe(false)
    release()()
    expect(await joined).toBe(true)
    expect(replica.isFresh()).toBe(false)
    expect(await replica.refresh()).toBe(true)
    expect(replica.isFresh()).toBe(true)
    expect(asked).toHaveLength(3)
  })

  it('asks once more when the store wakes it while it is asked', async () => {
    const { replica, written, asked, wake, hold, release } = remote()
    hold()
    const refreshed = replica.refresh()
    written.push(sessionRevocation(ada(), now))
    wake()
    release()()
    await refreshed
    await vi.waitFor(() => expect(asked).toHaveLength(2))
  })

  it('asks when the store wakes it, until it is closed', async () => {
    const { replica, asked, wake } = remote()
    wake()
    await replica.refresh()
    expect(asked).toHaveLength(1)
    replica.close()
    wake()
    expect(asked).toHaveLength(1)
  })
})

/** Ends Ada's sessions. */
function personRevocation(changes: Partial<Revocation>): Revocation {
  const { iss, sub } = ada()
  const key = revocationKey(iss, { sub })
  return { key, notBefore: now, expiresAt: now + 3_600_000, ...changes }
}

function local() {
  const { revocations } = memoryStore({ clock: () => now })
  return { revocations, replica: replicateRevocations(revocations, { clock: () => now, maxLagMs }) }
}

/** What the store's clock says, an hour behind that of the process. */
const storeNow = now - 3_600_000

/** Remote revocations: a list whose length is the cursor, behind a connection that can fail or hang. */
function remote(clock = () => now, outage?: StoreOutage) {
  const written: Revocation[] = []
  const asked: (string | undefined)[] = []
  const listeners = new Set<() => void>()
  let isFailing = false
  let failures = 0
  let line = Promise.resolve()
  let letGo = () => {}
  const revocations: Revocations = {
    async write(added) {
      if (isFailing) throw new Error('down')
      written.push(...added)
    },
    async since(cursor) {
      asked.push(cursor)
      if (isFailing || failures-- > 0) throw new Error('down')
      await line
      return {
        epoch: { id: 'epoch', isFirst: true },
        revocations: written.slice(Number(cursor ?? 0)),
        cursor: String(written.length),
        now: storeNow,
      }
    },
    subscribe(wake) {
      listeners.add(wake)
      return () => listeners.delete(wake)
    },
  }
  return {
    written,
    asked,
    replica: replicateRevocations(revocations, { clock, maxLagMs, ...(outage && { outage }) }),
    wake: () => {
      for (const wake of listeners) wake()
    },
    fail(value: boolean) {
      isFailing = value
    },
    /** As many questions fail from now on. */
    failNext(count: number) {
      failures = count
    },
    hold() {
      line = new Promise((resolve) => {
        letGo = resolve
      })
    },
    /** Frees the line for later calls; what it answers lets go of those that hang. */
    release() {
      line = Promise.resolve()
      return letGo
    },
  }
}
