import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { lastExpiry, later } from '../state/join-revocations.ts'
import type { LocalRevocations, Revocation } from '../state/store.ts'

/** A copy of a store's revocations. It knows which of them the store lacks. */
export interface RevocationsCopy extends Pick<LocalRevocations, 'size' | 'writes' | 'get'> {
  /** @param where Whether the store is known to contain them. */
  keep(revocations: readonly Revocation[], where: 'in the store' | 'anywhere'): void
  /**
   * Notes that the store was replaced. From now on it lacks all revocations that it does not return
   * again.
   */
  restart(): void
  /**
   * Iterates over the revocations that the store lacks. Yields `undefined` for each one that it
   * contains, so that the reader can pause.
   */
  lacking(): Iterable<Revocation | undefined>
}

interface Entry {
  readonly revocation: Revocation
  /** The number of replacements before the store returned this revocation. */
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

/** Whether two revocations with the same key and clock are equal. */
function isSame(one: Revocation, other: Revocation): boolean {
  return one.notBefore === other.notBefore && one.expiresAt === other.expiresAt
}
