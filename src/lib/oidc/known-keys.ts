import type { KeyObject } from 'node:crypto'
import type { JWTHeaderParameters } from 'jose'

/** A protected header of verified tokens, and the key that it names. */
export interface KnownKey {
  /** The header as it was sent, in base64url. */
  readonly sent: string
  readonly header: JWTHeaderParameters
  readonly key: KeyObject
}

/**
 * The keys of a set by the protected headers of tokens that they verified. All tokens of a key have
 * the same header, so the next one is verified without parsing it and without waiting.
 */
export interface KnownKeys {
  /** Returns `undefined` if the set has to be asked. */
  get(sent: string): KnownKey | undefined
  /**
   * Remembers the key of a token whose signature is valid. No sender can therefore fill the memory
   * with headers of its own.
   *
   * @param loadedAt When the set was loaded, read before it was asked.
   */
  keep(key: KnownKey, loadedAt: number | undefined): void
}

/** A provider has one header for each key and kind of token. */
const maxHeaders = 8

/**
 * Forgets all keys once the set is loaded again, because one of them may have been withdrawn.
 *
 * @param freshLoad Returns when the set was loaded, or `undefined` if it has to be loaded again.
 */
export function knownKeys(freshLoad: () => number | undefined): KnownKeys {
  // For so few, comparing is faster than hashing, which a Map does.
  let known: readonly KnownKey[] = []
  let keptFrom: number | undefined

  return {
    get(sent) {
      const isFresh = keptFrom !== undefined && keptFrom === freshLoad()
      return isFresh ? known.find((one) => one.sent === sent) : undefined
    },
    keep(key, loadedAt) {
      // Otherwise the set was loaded while it was asked: the key may be one of the earlier set.
      if (loadedAt === undefined || loadedAt !== freshLoad()) return
      const others = loadedAt === keptFrom ? known.filter((one) => one.sent !== key.sent) : []
      known = [key, ...others].slice(0, maxHeaders)
      keptFrom = loadedAt
    },
  }
}
