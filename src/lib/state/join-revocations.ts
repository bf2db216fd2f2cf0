import type { Revocation } from './store.ts'

/** Joins two revocations of one key. They arrive in any order, and none takes another back. */
export function joinRevocations(known: Revocation | undefined, added: Revocation): Revocation {
  if (!known) return added
  return {
    key: added.key,
    notBefore: Math.max(known.notBefore, added.notBefore),
    expiresAt: Math.max(known.expiresAt, added.expiresAt),
  }
}
