import type { Revocation } from './store.ts'

/**
 * Adds a revocation to the known ones of its key. There is one for each clock. They arrive in any
 * order, and none reverts another.
 */
export function joinRevocations(
  known: readonly Revocation[] = [],
  added: Revocation,
): readonly Revocation[] {
  const others = known.filter(({ clock }) => clock !== added.clock)
  const before = known.find(({ clock }) => clock === added.clock)
  return [...others, later(before, added)]
}

/** The time at which the last of them expires, in milliseconds since the epoch. */
export function lastExpiry(revocations: readonly Revocation[]): number {
  return Math.max(...revocations.map(({ expiresAt }) => expiresAt))
}

/** Joins a revocation with the known one of the same key and clock. */
export function later(known: Revocation | undefined, added: Revocation): Revocation {
  if (!known) return added
  return {
    ...added,
    notBefore: Math.max(known.notBefore, added.notBefore),
    expiresAt: Math.max(known.expiresAt, added.expiresAt),
  }
}
