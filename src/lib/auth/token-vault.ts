import { type Logger, warnerOnce } from '../ground/log.ts'
import { sealer } from '../ground/seal.ts'
import type { Secret } from '../ground/secret.ts'
import type { Authority, Identity, Tokens } from '../ground/types.ts'
import type { TokenEntry, TokenStore } from '../state/store.ts'

/** The data of a session that is stored beside its cookie. */
export interface Kept {
  /** 0 at the sign-in, and 1 more with each renewal. */
  readonly version: number
  readonly tokens: Tokens
  /** Absent in entries of older versions. */
  readonly authority?: Authority
  /**
   * The holder of the tokens, with `tokens: 'server'`: no cookie is at hand there to name the
   * holder.
   */
  readonly identity?: Identity
}

/** Finds and decrypts an entry. The id suffices if the application's secret alone encrypts it. */
export type EntryKey = Identity | { readonly sessionId: string; readonly tokenKey?: never }

/** The token store, with entries that only this application can decrypt. */
export interface TokenVault {
  /** Stores the tokens of a new session as version 0. */
  put(identity: Identity, kept: Omit<Kept, 'version'>): Promise<void>
  /**
   * Returns an entry. `undefined` if there is none, or if it cannot be decrypted; the latter is
   * logged.
   */
  get(key: EntryKey): Promise<Kept | undefined>
  replace(
    identity: Identity,
    kept: Kept,
    expectedVersion: number,
  ): Promise<'replaced' | 'changed' | 'gone'>
  remove(identity: Identity): Promise<void>
}

/**
 * Encrypts the entries of a token store. If the identity has a `tokenKey`, an entry cannot be
 * decrypted without it: a copy of the store is useless, even with the application's secrets.
 */
export function tokenVault(parts: {
  readonly tokenStore: TokenStore
  /** The first encrypts, all decrypt. */
  readonly secrets: readonly Secret[]
  readonly instanceId: string
  /** Whether each entry names its holder. Default: `false`. */
  readonly keepsIdentity?: boolean
  readonly logger: Logger
}): TokenVault {
  const { tokenStore, secrets, instanceId, keepsIdentity = false, logger } = parts
  const warnOnce = warnerOnce(logger)
  const purpose = `tokens ${instanceId}`
  const withoutHalf = sealer(secrets, purpose)
  const sealerOf = ({ tokenKey }: EntryKey) =>
    tokenKey === undefined ? withoutHalf : sealer(secrets, purpose, tokenKey)

  function sealed(identity: Identity, { version, ...kept }: Kept): TokenEntry {
    const text = JSON.stringify(keepsIdentity ? { ...kept, identity } : kept)
    return { version, sealed: sealerOf(identity).seal(text, identity.sessionId) }
  }

  function opened(key: EntryKey, { version, sealed }: TokenEntry): Kept | undefined {
    const text = isUnsealed(key, sealed)
      ? `{"tokens":${sealed}}`
      : sealerOf(key).open(sealed, key.sessionId)
    const kept = text === undefined ? undefined : parsed(text)
    if (!kept) warnOnce(unreadable)
    return kept && { ...kept, version }
  }

  return {
    put: (identity, kept) =>
      tokenStore.put(
        identity.sessionId,
        sealed(identity, { ...kept, version: 0 }),
        identity.absoluteExpiresAt,
      ),
    async get(key) {
      const entry = await tokenStore.get(key.sessionId)
      return entry && opened(key, entry)
    },
    replace: (identity, kept, expectedVersion) =>
      tokenStore.replace(
        identity.sessionId,
        sealed(identity, kept),
        identity.absoluteExpiresAt,
        expectedVersion,
      ),
    remove: ({ sessionId }) => tokenStore.remove(sessionId),
  }
}

/**
 * Whether an entry of an older version is plain JSON. Only sessions of those versions have such
 * entries. For any other session, or one of which only the id is known, it was planted.
 */
function isUnsealed(key: EntryKey, sealed: string): boolean {
  if (!sealed.startsWith('{') || !('sub' in key)) return false
  return key.tokenKey === undefined && key.authority === undefined
}

/** Only this application wrote the decrypted entry, so its shape is known. */
function parsed(text: string): Omit<Kept, 'version'> | undefined {
  try {
    return JSON.parse(text) as Omit<Kept, 'version'>
  } catch {
    // The error is not logged: it quotes a part of the string, which may be a token.
    return undefined
  }
}

const unreadable =
  'tokens_unreadable: the token store has tokens of a session that no secret of this application opens. A secret that was replaced has to stay in the list `secret` until the sessions of its time are over'
