import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { revocationKey } from '../../../src/lib/auth/revocation.ts'
import { replicateRevocations } from '../../../src/lib/auth/revocations-replica.ts'
import type {
  Revocation,
  Revocations,
  RevocationsPage,
  StoreEpoch,
} from '../../../src/lib/state/store.ts'
import { ada, hourMs, now } from '../identities.ts'

const first: StoreEpoch = { id: 'first', isFirst: true }
const later: StoreEpoch = { id: 'later', isFirst: false }
const maxLagMs = 1000

afterEach(() => vi.useRealTimers())

describe('revocations that come in pages', () => {
  it('are all known once the last page came, and not fresh before', async () => {
    const { replica, log, hang } = paged(['a', 'b', 'c'])
    const letGo = hang(2)
    const refreshed = replica.refresh()
    await vi.waitFor(() => expect(log.asked).toEqual([undefined, '1', '2']))
    expect(replica.isDead(named('b'))).toBe(true)
    expect(replica.isDead(named('c'))).toBe(false)
    expect(replica.isFresh()).toBe(false)
    letGo()
    expect(await refreshed).toBe(true)
    expect(replica.isDead(named('c'))).toBe(true)
    expect(replica.isFresh()).toBe(true)
  })

  it('let the event loop have its turn after each of them', async () => {
    const pages = 40
    const { replica } = paged(Array.from({ length: pages }, (_, at) => `page ${at}`))
    let turns = 0
    const count = () => {
      turns += 1
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    await replica.refresh()
    clearImmediate(timer)
    expect(turns).toBeGreaterThanOrEqual(pages - 1)
  })

  it('are all known to each who hears yes, also where a pass was given up on', async () => {
    vi.useFakeTimers()
    const last = 30
    let calls = 0
    const since = async (cursor = '0'): Promise<RevocationsPage> => {
      calls += 1
      const waitMs = [1200, 400][calls - 1] ?? 20
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      const page = Number(cursor)
      const revocations = page < last ? [] : [markOf('a')]
      const next = String(Math.min(page + 1, last))
      return { epoch: first, now, revocations, cursor: next, hasMore: page < last }
    }
    const options = { clock: () => now, maxLagMs }
    const replica = replicateRevocations({ write: async () => {}, since }, options)
    const heard: [boolean, boolean][] = []
    const ask = async () => heard.push([await replica.refresh(), replica.isDead(named('a'))])
    const asksAtMs = [0, 1100, 1200, 1400, 1600, 3600]
    for (let atMs = 0; atMs < 5000; atMs += 10) {
      if (asksAtMs.includes(atMs)) void ask()
      await vi.advanceTimersByTimeAsync(10)
      await turn()
    }
    expect(heard).toHaveLength(asksAtMs.length)
    expect(heard.filter(([isKnown, isDead]) => isKnown && !isDead)).toEqual([])
    expect(heard.at(-1)).toEqual([true, true])
  })

  it('are kept when the deadline passes, and are not asked for again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { replica, log, hang } = paged(['a', 'b', 'c'])
    const letGo = hang(1)
    const refreshed = replica.refresh()
    while (log.asked.length < 2) await turn()
    await vi.advanceTimersByTimeAsync(600)
    const second = replica.refresh()
    await vi.advanceTimersByTimeAsync(400)
    expect(await refreshed).toBe(false)
    expect(replica.isDead(named('a'))).toBe(true)
    letGo()
    expect(await second).toBe(true)
    expect(replica.isDead(named('c'))).toBe(true)
    expect(log.asked).toEqual([undefined, '1', '2'])
  })

  it('are asked for again from where they stopped when a page does not come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { replica, log, hang } = paged(['a', 'b', 'c'])
    const letGo = hang(1)
    const refreshed = replica.refresh()
    while (log.asked.length < 2) await turn()
    await vi.advanceTimersByTimeAsync(1000)
    expect(await refreshed).toBe(false)
    expect(await replica.refresh()).toBe(true)
    expect(log.asked).toEqual([undefined, '1', '1', '2'])
    letGo()
    await turn()
    expect(log.asked).toHaveLength(4)
    expect(replica.isFresh()).toBe(true)
  })

  it('are not believed without an epoch on the last page', async () => {
    const { replica, log } = paged(['a'])
    log.epoch = undefined
    expect(await replica.refresh()).toBe(false)
    expect(String(replica.failure())).toContain('no epoch')
    expect(replica.isFresh()).toBe(false)
  })
})

describe('a session', () => {
  it.each<[string, StoreEpoch, string | undefined, boolean]>([
    ['of the store’s epoch lives', later, 'later', false],
    ['of another epoch is over', first, 'later', true],
    ['without an epoch lives in the first one', first, undefined, false],
    ['without an epoch is over in a later one', later, undefined, true],
  ])('%s', async (_what, epoch, carried, isOver) => {
    const { replica, log } = paged([])
    log.epoch = epoch
    await replica.refresh()
    const identity = ada(carried === undefined ? {} : { epoch: carried })
    expect([replica.isForgotten(identity), replica.isDead(identity)]).toEqual([isOver, isOver])
  })

  it('is not called forgotten before the epoch is known', () => {
    const { replica } = paged([])
    expect(replica.isForgotten(ada({ epoch: 'any' }))).toBe(false)
    expect(replica.epoch()).toBeUndefined()
  })
})

describe('when the store was replaced by one that lacks something', () => {
  it('what it lacks is written to it, and nothing else', async () => {
    const { replica, log } = paged(['kept', 'lost', 'lost too'])
    await replica.refresh()
    log.replaceBy(['kept', 'new'])
    expect(await replica.refresh()).toBe(true)
    expect(log.written).toEqual(['lost', 'lost too'])
    for (const name of ['kept', 'lost', 'new']) expect(replica.isDead(named(name))).toBe(true)
    await replica.refresh()
    expect(log.written).toHaveLength(2)
  })

  it('a revocation of which it has less counts as lacking', async () => {
    const { replica, log } = paged([])
    await replica.write([markOf('a', now)])
    await replica.refresh()
    log.written.length = 0
    log.replaceBy([])
    log.pages.push([markOf('a', now - 1)])
    await replica.refresh()
    expect(log.written).toEqual(['a'])
  })

  it('what it lacks is written with the next question when that failed', async () => {
    const { replica, log } = paged(['lost'])
    await replica.refresh()
    log.replaceBy([])
    log.isReadOnly = true
    expect(await replica.refresh()).toBe(false)
    expect(replica.isDead(named('lost'))).toBe(true)
    log.isReadOnly = false
    expect(await replica.refresh()).toBe(true)
    expect(log.written).toEqual(['lost'])
  })

  it('nothing is written into a later epoch, where all sessions are over', async () => {
    const { replica, log } = paged(['lost'])
    await replica.refresh()
    log.replaceBy([])
    log.epoch = later
    expect(await replica.refresh()).toBe(true)
    expect(log.written).toEqual([])
  })

  it('everything is written into a first epoch, where sessions without one live', async () => {
    const { replica, log } = paged(['lost'])
    await replica.refresh()
    log.replaceBy([])
    log.epoch = { id: 'made by a process that knew no other', isFirst: true }
    await replica.refresh()
    expect(log.written).toEqual(['lost'])
  })

  it('more than a batch is written in several', async () => {
    const names = Array.from({ length: 2500 }, (_, at) => `lost ${at}`)
    const { replica, log } = paged(names)
    log.pages = [names.map((name) => markOf(name))]
    await replica.refresh()
    log.replaceBy([])
    await replica.refresh()
    expect(log.written).toHaveLength(2500)
    expect(Math.max(...log.batches)).toBe(1000)
  })
})

/** A store that answers one page at a time; its cursor is how many came. */
function paged(names: readonly string[]) {
  const log = {
    pages: names.map((name) => [markOf(name)]),
    epoch: first as StoreEpoch | undefined,
    asked: [] as (string | undefined)[],
    written: [] as string[],
    batches: [] as number[],
    isReadOnly: false,
    generation: 0,
    replaceBy(next: readonly string[]) {
      log.pages = next.map((name) => [markOf(name)])
      log.generation += 1
    },
  }
  let line: Promise<void> | undefined
  let hangsAt: number | undefined

  async function since(cursor?: string): Promise<RevocationsPage> {
    log.asked.push(cursor)
    const [seen, generation] = (cursor ?? '0').split(' in ').map(Number)
    const isRestart = cursor !== undefined && (generation ?? 0) !== log.generation
    const at = isRestart ? 0 : seen!
    if (at === hangsAt) {
      // Only once: whoever asks again is answered.
      hangsAt = undefined
      await line
    }
    const page = log.pages[at]
    const next = Math.min(at + 1, log.pages.length)
    return {
      ...(log.epoch ? { epoch: log.epoch } : {}),
      revocations: page ?? [],
      now,
      cursor: log.generation ? `${next} in ${log.generation}` : String(next),
      hasMore: next < log.pages.length,
      isRestart,
    }
  }

  const revocations: Revocations = {
    since,
    async write(added) {
      if (log.isReadOnly) throw new Error('read only')
      log.batches.push(added.length)
      log.written.push(...added.map(({ key }) => nameIn(key)))
    },
  }
  return {
    log,
    replica: replicateRevocations(revocations, { clock: () => now, maxLagMs }),
    /** Makes the page at a place wait; what is answered lets it come. */
    hang(at: number) {
      let letGo = () => {}
      hangsAt = at
      line = new Promise((resolve) => {
        letGo = resolve
      })
      return () => letGo()
    },
  }
}

const named = (sessionId: string) => ada({ sessionId, epoch: 'first' })

function markOf(sessionId: string, notBefore = now): Revocation {
  return { key: revocationKey(ada().iss, { sessionId }), notBefore, expiresAt: now + hourMs }
}

function nameIn(key: string): string {
  return key.slice(key.lastIndexOf('0:') + 2)
}
