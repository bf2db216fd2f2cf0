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
  return [...others, later(before, added)]
}

/** When the last of them expires, in milliseconds since the epoch. */
export function lastExpiry(revocations: readonly Revocation[]): number {
  return Math.max(...revocations.map(({ expiresAt }) => expiresAt))
}

/** Joins a revocation with the one that is known of its key and its clock. */
export function later(known: Revocation | undefined, added: Revocation): Revocation {
  if (!known) return added
  return {
    ...added,
    notBefore: Math.max(known.notBefore, added.notBefore),
    expiresAt: Math.max(known.expiresAt, added.expiresAt),
  }
}
