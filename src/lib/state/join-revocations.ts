import type { Revocation } from './store.ts'

/**
 * Adds a revocation to those that are known of its key, of which there is one for each clock. They
 * arrive in any order, and none takes another back.
 */
export function joinRevocations(
  known: readonly Revocation[] = [],
  added: Revocation,
): readonly Revocation[] {
  const others = known.filter(({ clock }) => clock !== added.clock)
  const before = known.find(({ clock }) => clock === added.clock)
  return [...others, before ? later(before, added) : added]
}

/** When the last of them expires, in milliseconds since the epoch. */
export function lastExpiry(revocations: readonly Revocation[]): number {
  return Math.max(...revocations.map(({ expiresAt }) => expiresAt))
}

function later(one: Revocation, other: Revocation): Revocation {
  return {
    ...other,
    notBefore: Math.max(one.notBefore, other.notBefore),
    expiresAt: Math.max(one.expiresAt, other.expiresAt),
  }
}
