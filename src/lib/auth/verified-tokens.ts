import type { KeySet } from '../oidc/key-sets.ts'
import { generations } from '../session/generations.ts'

/** At most twice as many tokens are remembered. */
const maxTokens = 2500
/** At most twice as many characters of tokens are. */
const maxLength = 4 * 1024 * 1024
/** What was verified by a key set counts until the set is so old, in milliseconds. */
const maxAgeMs = 600_000

interface Kept<Value> {
  readonly value: Value
  readonly keys: KeySet
  /** When the set was loaded that it was verified by, by `Date.now`. */
  readonly loadedAt: number | undefined
}

/** Remembers what verified tokens say, so that their signature is verified once. */
export interface VerifiedTokens<Value> {
  get(token: string): Value | undefined
  /** @param keys The set that it was verified by. */
  keep(token: string, keys: KeySet, value: Value): Value
}

/**
 * A token is verified again once the key set was loaded anew, since its key may have been withdrawn.
 * A set that is not asked for is not loaded, so that a token is also verified again once the set is
 * ten minutes old. Refused tokens are not remembered: no visitor can push others out.
 */
export function verifiedTokens<Value>(): VerifiedTokens<Value> {
  const tokens = generations<Kept<Value>>(maxTokens, maxLength)
  return {
    get(token) {
      const kept = tokens.get(token)
      if (kept === undefined) return undefined
      const { loadedAt = Number.NEGATIVE_INFINITY } = kept
      const isOld = Date.now() - loadedAt >= maxAgeMs
      if (!isOld && loadedAt === kept.keys.loadedAt?.()) return kept.value
      tokens.drop(token)
      return undefined
    },
    keep(token, keys, value) {
      tokens.keep(token, { value, keys, loadedAt: keys.loadedAt?.() })
      return value
    },
  }
}
