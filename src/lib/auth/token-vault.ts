import { type Logger, warnerOnce } from '../ground/log.ts'
import { sealer } from '../ground/seal.ts'
import type { Secret } from '../ground/secret.ts'
import type { Authority, Identity, Tokens } from '../ground/types.ts'
import type { TokenEntry, TokenStore } from '../state/store.ts'

/** What is kept of a session beside its cookie. */
export interface Kept {
  /** 0 at the sign-in, and one more with each renewal. */
  readonly version: number
  readonly tokens: Tokens
  /** Absent in what versions before kept. */
  readonly authority?: Authority
  /** Whose they are, where `tokens` is `server`: no cookie says it there. */
  readonly identity?: Identity
}

/** What finds and opens an entry. */
export type EntryKey = Pick<Identity, 'sessionId' | 'tokenKey' | 'authority'>

/** The token store, whose entries only this application can read. */
export interface TokenVault {
  /** Keeps the tokens of a session that begins, as version 0. */
  put(identity: Identity, kept: Omit<Kept, 'version'>): Promise<void>
  /** Resolves with `undefined`, too, where an entry does not open; a line in the log then says so. */
  get(key: EntryKey): Promise<Kept | undefined>
  replace(
    identity: Identity,
    kept: Kept,
    expectedVersion: number,
  ): Promise<'replaced' | 'changed' | 'gone'>
  remove(identity: Identity): Promise<void>
}

/**
 * Seals what a store keeps of sessions. Where the identity has a `tokenKey`, nothing opens without
 * it: a copy of the store is of no use, even with the application's secrets.
 */
export function tokenVault(parts: {
  readonly tokenStore: TokenStore
  /** The first seals, all open. */
  readonly secrets: readonly Secret[]
  readonly instanceId: string
  /** Whether each entry says whose it is. Default: false. */
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
 * Versions before kept the tokens as JSON. Only sessions that they began have such an entry, so one
 * of a later session was planted.
 */
function isUnsealed({ tokenKey, authority }: EntryKey, sealed: string): boolean {
  return sealed.startsWith('{') && tokenKey === undefined && authority === undefined
}

/** Only this application wrote what gets here, so its shape is known. */
function parsed(text: string): Omit<Kept, 'version'> | undefined {
  try {
    return JSON.parse(text) as Omit<Kept, 'version'>
  } catch {
    // Not told: the error quotes a part of the text, which may be a token.
    return undefined
  }
}

const unreadable =
  'tokens_unreadable: the token store has tokens of a session that no secret of this application opens. A secret that was replaced has to stay in the list `secret` until the sessions of its time are over'
