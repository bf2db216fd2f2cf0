import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { joinRevocations } from '../state/join-revocations.ts'
import type { LocalRevocations, Revocation } from '../state/store.ts'

/** A copy of a store's revocations, which can tell those that the store lacks. */
export interface RevocationsCopy extends Pick<LocalRevocations, 'size' | 'get'> {
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
  const entries = expiringMap<Entry>(clock)
  let restarts = 0

  function add(revocation: Revocation, isInStore: boolean): void {
    const known = entries.get(revocation.key)
    const joined = joinRevocations(known?.revocation, revocation)
    const isWhole = isInStore && isSame(joined, revocation)
    const seenIn = isWhole ? restarts : (known?.seenIn ?? -1)
    entries.set(joined.key, { revocation: joined, seenIn }, joined.expiresAt)
  }

  return {
    get size() {
      return entries.size
    },
    get: (key) => entries.get(key)?.revocation,
    keep(revocations, where) {
      for (const revocation of revocations) add(revocation, where === 'in the store')
    },
    restart() {
      restarts += 1
    },
    *lacking() {
      for (const { revocation, seenIn } of entries) {
        yield seenIn === restarts ? undefined : revocation
      }
    },
  }
}

function isSame(one: Revocation, other: Revocation): boolean {
  return one.notBefore === other.notBefore && one.expiresAt === other.expiresAt
}
