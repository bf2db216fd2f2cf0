import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { lastExpiry, later } from '../state/join-revocations.ts'
import type { LocalRevocations, Revocation } from '../state/store.ts'

/** A copy of a store's revocations, which can tell those that the store lacks. */
export interface RevocationsCopy extends Pick<LocalRevocations, 'size' | 'writes' | 'get'> {
  /** @param where Whether the store is known to have them. */
  keep(revocations: readonly Revocation[], where: 'in the store' | 'anywhere'): void
  /** The store was replaced: from now on, it lacks what it does not answer again. */
  restart(): void
  /** What the store lacks; `undefined` for one that it has, so that the reader can pause. */
  lacking(): Iterable<Revocation | undefined>
}

interface Entry {
  readonly revocation: Revocation
  /** How often the store was replaced before it answered this one. */
  readonly seenIn: number
}

export function revocationsCopy(clock: Clock): RevocationsCopy {
  const entriesByKey = expiringMap<readonly Entry[]>(clock)
  let restarts = 0
  let writes = 0

  function add(revocation: Revocation, isInStore: boolean): void {
    const known = entriesByKey.get(revocation.key) ?? []
    const before = known.find((entry) => entry.revocation.clock === revocation.clock)
    const joined = later(before?.revocation, revocation)
    const isWhole = isInStore && isSame(joined, revocation)
    const seenIn = isWhole ? restarts : (before?.seenIn ?? -1)
    const others = known.filter((entry) => entry !== before)
    const entries = [...others, { revocation: joined, seenIn }]
    entriesByKey.set(joined.key, entries, lastExpiry(entries.map((entry) => entry.revocation)))
  }

  return {
    get size() {
      return entriesByKey.size
    },
    get writes() {
      return writes
    },
    get: (key) => entriesByKey.get(key)?.map(({ revocation }) => revocation),
    keep(revocations, where) {
      writes += revocations.length
      for (const revocation of revocations) add(revocation, where === 'in the store')
    },
    restart() {
      restarts += 1
    },
    *lacking() {
      for (const entries of entriesByKey) {
        for (const { revocation, seenIn } of entries) {
          yield seenIn === restarts ? undefined : revocation
        }
      }
    },
  }
}

/** Whether two of one key and one clock say the same. */
function isSame(one: Revocation, other: Revocation): boolean {
  return one.notBefore === other.notBefore && one.expiresAt === other.expiresAt
}
