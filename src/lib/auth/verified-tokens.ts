import type { KeySet } from '../oidc/key-sets.ts'
import { generations } from '../session/generations.ts'

/** Half the largest number of remembered tokens. */
const maxTokens = 2500
/** Half the largest total length of remembered tokens, in characters. */
const maxLength = 4 * 1024 * 1024
/** The largest age of a key set whose verifications are reused, in milliseconds. */
export const maxKeyAgeMs = 600_000

/** The key set of a verification. */
export interface VerifiedBy {
  readonly keys: KeySet
  /** When the set was loaded, by `Date.now`. */
  readonly loadedAt: number | undefined
}

/** Must be called before the verification: a set that is loaded during it may lack the key. */
export function verificationBy(keys: KeySet): VerifiedBy {
  return { keys, loadedAt: keys.loadedAt?.() }
}

interface Kept<Value> extends VerifiedBy {
  readonly value: Value
}

/** Remembers the values of verified tokens, so that each signature is verified once. */
export interface VerifiedTokens<Value> {
  get(token: string): Value | undefined
  /** @param token All of a header but its scheme, so that it need not be copied. */
  keep(token: string, by: VerifiedBy, value: Value): Value
}

/**
 * Remembers tokens until their key set is reloaded, because a key may have been withdrawn. A key
 * set is only reloaded on use, so a token is also verified again once the set is ten minutes old.
 * Refused tokens are not remembered, so no client can displace the others.
 */
export function verifiedTokens<Value>(): VerifiedTokens<Value> {
  const tokens = generations<Kept<Value>>(maxTokens, maxLength)
  return {
    get(token) {
      const kept = tokens.get(token)
      if (kept === undefined) return undefined
      const { loadedAt = Number.NEGATIVE_INFINITY } = kept
      const isOld = Date.now() - loadedAt >= maxKeyAgeMs
      if (!isOld && loadedAt === kept.keys.loadedAt?.()) return kept.value
      tokens.drop(token)
      return undefined
    },
    keep(token, by, value) {
      tokens.keep(token, { value, keys: by.keys, loadedAt: by.loadedAt })
      return value
    },
  }
}
