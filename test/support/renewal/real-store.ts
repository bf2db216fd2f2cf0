import type { Identity } from '../../../src/lib/ground/types.ts'
import type { LeaseAnswer, StateStore, TokenEntry } from '../../../src/lib/state/store.ts'
import type { Random } from '../random.ts'
import type { PlayStore } from './play.ts'
import type { FastTimeline } from './timeline.ts'

/** A store on a server, whose own clock is as slow as that of the machine, in a faster time. */
export function storeInFastTime(store: StateStore, timeline: FastTimeline): StateStore {
  const { toReal, toVirtual, factor } = timeline
  const { tokenStore, revocations, aliases } = store
  return {
    ...store,
    tokenStore: {
      put: (id, entry, expiresAt) => tokenStore.put(id, entry, toReal(expiresAt)),
      get: (id) => tokenStore.get(id),
      replace: (id, entry, expiresAt, version) =>
        tokenStore.replace(id, entry, toReal(expiresAt), version),
      remove: (id) => tokenStore.remove(id),
      async lease(id, request) {
        const leaseMs = request.leaseMs / factor
        return slower(await tokenStore.lease(id, { ...request, leaseMs }), factor)
      },
      endLease: (id, owner, { isAnswered, quietMs = 0 }) =>
        tokenStore.endLease(id, owner, { isAnswered, quietMs: quietMs / factor }),
    },
    revocations: {
      write: (records) =>
        revocations.write(
          records.map((record) => ({ ...record, expiresAt: toReal(record.expiresAt) })),
        ),
      async since(cursor) {
        const page = await revocations.since(cursor)
        const records = page.revocations.map((record) => ({
          ...record,
          expiresAt: toVirtual(record.expiresAt),
        }))
        return { ...page, revocations: records, now: toVirtual(page.now) }
      },
    },
    aliases: {
      add: (all) =>
        aliases.add(all.map((alias) => ({ ...alias, expiresAt: toReal(alias.expiresAt) }))),
      find: (keys) => aliases.find(keys),
    },
  }
}

function slower(answer: LeaseAnswer, factor: number): LeaseAnswer {
  if (answer.status !== 'granted') return { ...answer, leftMs: answer.leftMs * factor }
  const { triedMsAgo } = answer
  return triedMsAgo === undefined ? answer : { ...answer, triedMsAgo: triedMsAgo * factor }
}

/** The same for one play, with tokens that can go back to what they were, as by a replica that lags. */
export function playStoreOn(shared: StateStore): PlayStore {
  const { tokenStore } = shared
  const entries = new Map<string, TokenEntry[]>()
  const keep = (id: string, entry: TokenEntry) =>
    void entries.set(id, [...(entries.get(id) ?? []), entry])
  return {
    store: {
      ...shared,
      tokenStore: {
        ...tokenStore,
        async put(id, entry, expiresAt) {
          await tokenStore.put(id, entry, expiresAt)
          keep(id, entry)
        },
        async replace(id, entry, ...given) {
          const outcome = await tokenStore.replace(id, entry, ...given)
          if (outcome === 'replaced') keep(id, entry)
          return outcome
        },
        async remove(id) {
          entries.delete(id)
          await tokenStore.remove(id)
        },
      },
    },
    async failOver(random, sessions) {
      for (const identity of sessions) await goBack(tokenStore, identity, entries, random)
      return Number.POSITIVE_INFINITY
    },
  }
}

async function goBack(
  tokenStore: StateStore['tokenStore'],
  { sessionId, absoluteExpiresAt }: Identity,
  entries: ReadonlyMap<string, readonly TokenEntry[]>,
  random: Random,
): Promise<void> {
  const known = entries.get(sessionId)
  const before = known?.[Math.max(0, known.length - 1 - random.integer(3))]
  // A server that is too busy does not go back.
  if (before) await tokenStore.put(sessionId, before, absoluteExpiresAt).catch(() => {})
}
