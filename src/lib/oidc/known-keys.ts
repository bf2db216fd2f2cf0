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
 * The keys of a set by the protected headers of tokens that they verified. A provider writes the same
 * header into all tokens of a key and a kind, so the next token is verified without parsing its
 * header and without waiting.
 */
export interface KnownKeys {
  /** Returns `undefined` if the set has to be asked. */
  get(sent: string): KnownKey | undefined
  /** Returns the set that serves now, or `undefined` if it has to be loaded first. */
  load(): object | undefined
  /**
   * Remembers the key of a token whose signature is valid. No sender can therefore fill the memory
   * with headers of its own.
   *
   * @param load The result of {@link KnownKeys.load} before the set was asked.
   */
  keep(key: KnownKey, load: object | undefined): void
}

/** More than a provider has keys and kinds of tokens at a time. */
const maxHeaders = 8

/**
 * Forgets all keys once the set is loaded again, because one of them may have been withdrawn.
 *
 * @param load Returns the same object until the set is loaded again, and `undefined` while it has to
 *   be.
 */
export function knownKeys(load: () => object | undefined): KnownKeys {
  // For so few, comparing is faster than hashing, which a Map does.
  let known: readonly KnownKey[] = []
  let keptFrom: object | undefined

  return {
    load,
    get(sent) {
      const isCurrent = keptFrom !== undefined && keptFrom === load()
      return isCurrent ? known.find((one) => one.sent === sent) : undefined
    },
    keep(key, from) {
      // If the set was loaded while it was asked, the key may be one of the earlier set, and `from`
      // is not the set that serves.
      const others = from === keptFrom ? known.filter((one) => one.sent !== key.sent) : []
      known = [key, ...others].slice(0, maxHeaders)
      keptFrom = from
    },
  }
}
