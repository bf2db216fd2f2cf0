import type { Revocation, StoreEpoch } from './store.ts'

/** The latest time that a `Date` can hold: such a record never expires. */
const never = 8_640_000_000_000_000
const prefix = 'epoch:'

/** Encodes an epoch as an entry among the revocations, with their fields. */
export function epochRecord({ id, isFirst }: StoreEpoch): Revocation {
  return { key: prefix + id, notBefore: isFirst ? 1 : 0, expiresAt: never }
}

/** Decodes the epoch from an entry. Returns `undefined` if the entry is a revocation. */
export function epochOf({ key, notBefore, expiresAt }: Revocation): StoreEpoch | undefined {
  if (expiresAt !== never || !key.startsWith(prefix)) return undefined
  return { id: key.slice(prefix.length), isFirst: notBefore === 1 }
}
