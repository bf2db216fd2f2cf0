import type { StateStore } from '../../../src/lib/state/store.ts'

/** Measures how long a process or its store stood still, which no play asked for. */
export interface Stalls {
  /** The same store, whose calls are timed. */
  timed(store: StateStore): StateStore
  /** The longest since an instant of the timeline, in its milliseconds, also one that goes on. */
  longestSince(instant: number): number
  stop(): void
}

/** How often the event loop is looked at, in milliseconds of the machine. */
const tickMs = 10
/** Shorter ones, in milliseconds of the timeline, are not remembered. */
const leastMs = 100

/** @param factor How many times as fast as the machine's the timeline is. */
export function measureStalls(now: () => number, factor: number): Stalls {
  const stalls: { readonly endedAt: number; readonly ms: number }[] = []
  const underWay = new Set<{ readonly at: number }>()

  function keep(ms: number): void {
    if (ms >= leastMs) stalls.push({ endedAt: now(), ms })
  }

  let tickedAt = now()
  const ticks = setInterval(() => {
    keep(now() - tickedAt - tickMs * factor)
    tickedAt = now()
  }, tickMs)
  ticks.unref()

  function timedPart<Part extends object>(part: Part): Part {
    return new Proxy(part, {
      get(target, name) {
        const method = target[name as keyof Part]
        if (typeof method !== 'function') return method
        return async (...given: unknown[]) => {
          const call = { at: now() }
          underWay.add(call)
          try {
            return await method.apply(target, given)
          } finally {
            underWay.delete(call)
            keep(now() - call.at)
          }
        }
      },
    })
  }

  return {
    timed: (store) => ({
      ...store,
      tokenStore: timedPart(store.tokenStore),
      revocations: timedPart(store.revocations),
      aliases: timedPart(store.aliases),
    }),
    longestSince(instant) {
      const ended = stalls.filter(({ endedAt }) => endedAt >= instant).map(({ ms }) => ms)
      const open = [...underWay].map(({ at }) => now() - at)
      return Math.max(0, ...ended, ...open)
    },
    stop: () => clearInterval(ticks),
  }
}
