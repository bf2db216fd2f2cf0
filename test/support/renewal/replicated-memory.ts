import type { Clock } from '../../../src/lib/ground/clock.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { StateStore, StoreEpoch } from '../../../src/lib/state/store.ts'

interface Write {
  readonly at: number
  repeat(store: StateStore): Promise<unknown>
}

/** A store with a replica that may lag, as processes see it that share both. */
export interface ReplicatedStore {
  readonly store: StateStore
  /**
   * A replica takes over that has not heard of this many of the last writes.
   *
   * @returns when the first of them was
   */
  failOver(lost: number): number
}

const epoch: StoreEpoch = { id: 'epoch', isFirst: true }

export function replicatedMemory(clock: Clock): ReplicatedStore {
  let time: number | undefined
  const started = () => memoryStore({ clock: () => time ?? clock() })
  let primary = started()
  let writes: Write[] = []
  let failures = 0

  function write<Value>(repeat: (store: StateStore) => Promise<Value>): Promise<Value> {
    writes.push({ at: clock(), repeat })
    return repeat(primary)
  }

  return {
    store: {
      ...primary,
      tokenStore: {
        put: (...given) => write(({ tokenStore }) => tokenStore.put(...given)),
        get: (...given) => primary.tokenStore.get(...given),
        replace: (...given) => write(({ tokenStore }) => tokenStore.replace(...given)),
        remove: (...given) => write(({ tokenStore }) => tokenStore.remove(...given)),
        lease: (...given) => write(({ tokenStore }) => tokenStore.lease(...given)),
        endLease: (...given) => write(({ tokenStore }) => tokenStore.endLease(...given)),
      },
      revocations: {
        write: (...given) => write(({ revocations }) => revocations.write(...given)),
        async since(cursor) {
          const page = await primary.revocations.since()
          const isRestart = cursor !== undefined && cursor !== String(failures)
          return { ...page, epoch, cursor: String(failures), ...(isRestart && { isRestart }) }
        },
      },
      aliases: {
        add: (...given) => write(({ aliases }) => aliases.add(...given)),
        find: (...given) => primary.aliases.find(...given),
      },
    },
    failOver(lost) {
      failures += 1
      const kept = Math.max(0, writes.length - lost)
      const wentBackTo = writes[kept]?.at ?? clock()
      writes = writes.slice(0, kept)
      primary = started()
      for (const { at, repeat } of writes) {
        time = at
        void repeat(primary)
      }
      time = undefined
      return wentBackTo
    },
  }
}
