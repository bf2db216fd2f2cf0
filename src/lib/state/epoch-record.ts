import type { Revocation, StoreEpoch } from './store.ts'

/** The last moment that a date can have: a record that never expires. */
const never = 8_640_000_000_000_000
const prefix = 'epoch:'

/** An epoch as an entry among revocations, with their fields. */
export function epochRecord({ id, isFirst }: StoreEpoch): Revocation {
  return { key: prefix + id, notBefore: isFirst ? 1 : 0, expiresAt: never }
}

/** The epoch that an entry is, if it is one. */
export function epochOf({ key, notBefore, expiresAt }: Revocation): StoreEpoch | undefined {
  if (expiresAt !== never || !key.startsWith(prefix)) return undefined
  return { id: key.slice(prefix.length), isFirst: notBefore === 1 }
}
