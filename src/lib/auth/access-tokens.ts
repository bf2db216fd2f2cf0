import type { Clock } from '../ground/clock.ts'
import { ConfigError, ScalekitError } from '../ground/errors.ts'
import type { Identity } from '../ground/types.ts'
import type { AuthorityBook, KnownAuthority } from './authority-book.ts'
import { isJustReceived } from './authority-copies.ts'
import type { AuthorityRenewal } from './authority-renewal.ts'
import type { AccessTokenOptions } from './principal.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import type { Kept, TokenVault } from './token-vault.ts'

/** Returns a user's access token, e.g. for a call to an API in their name. */
export type AccessTokenOf = (identity: Identity, options?: AccessTokenOptions) => Promise<string>

export function accessTokens(parts: {
  readonly book: AuthorityBook
  readonly renewal: AuthorityRenewal
  readonly vault: Pick<TokenVault, 'get'>
  readonly revocations: Pick<RevocationsReplica, 'isFresh' | 'refresh' | 'isDead'>
  readonly clock: Clock
}): AccessTokenOf {
  const { book, renewal, vault, revocations, clock } = parts

  /** The caller may hold the session longer than a request, and renewals take time. */
  async function liveAuthority(identity: Identity): Promise<KnownAuthority> {
    const isKnown = revocations.isFresh() || (await revocations.refresh())
    if (!isKnown) throw unavailable('The store does not say which sessions are over')
    const known = book.known(identity)
    const isOver = revocations.isDead(identity) || clock() >= identity.absoluteExpiresAt
    if (isOver || typeof known === 'string') throw unavailable('The session is over')
    return known
  }

  async function keptFor(identity: Identity): Promise<Kept | undefined> {
    return book.copies.get(identity.sessionId)?.kept ?? (await vault.get(identity))
  }

  function lasts({ tokens }: Kept, minTtlMs: number): boolean {
    const { accessTokenExpiresAt = Number.POSITIVE_INFINITY } = tokens
    return clock() + minTtlMs < accessTokenExpiresAt
  }

  return async function accessTokenOf(identity, { minTtlSeconds = 0 } = {}) {
    const minTtlMs = minTtlSeconds * 1000
    const { isDue } = await liveAuthority(identity)
    if (isDue) {
      await renewal.renew(identity)
      await liveAuthority(identity)
    }
    const kept = await keptFor(identity).catch((cause: unknown) => {
      throw unavailable('The token store does not answer', cause)
    })
    if (!kept) throw unavailable(noTokens)
    if (lasts(kept, minTtlMs)) return kept.tokens.accessToken
    await renewal.renewToken(identity, minTtlMs)
    await liveAuthority(identity)
    const renewed = await keptFor(identity).catch(() => undefined)
    if (renewed && lasts(renewed, minTtlMs)) return renewed.tokens.accessToken
    if (kept.tokens.refreshToken === undefined) throw unavailable(noRefreshToken)
    const isNew = isJustReceived(book.copies.get(identity.sessionId), clock())
    throw unavailable(isNew ? tooShort : notRenewed)
  }
}

/** Returns the access token of a session that is given by its id, without its cookie. */
export type AccessTokenOfSession = (
  sessionId: string,
  options?: AccessTokenOptions,
) => Promise<string>

/** Returns access tokens to jobs and webhooks, if the option `tokens` is `server`. */
export function serverTokens(parts: {
  readonly vault: Pick<TokenVault, 'get'>
  readonly accessToken: AccessTokenOf
}): AccessTokenOfSession {
  const { vault, accessToken } = parts
  return async function accessTokenOf(sessionId, options) {
    const kept = await vault.get({ sessionId }).catch((cause: unknown) => {
      throw unavailable('The token store does not answer', cause)
    })
    const identity = kept?.identity
    if (!identity) throw unavailable('The store has no tokens of a session by this id')
    return accessToken(identity, options)
  }
}

/** Rejects: without its cookie, the tokens of a session cannot be decrypted. */
export const notOnServer: AccessTokenOfSession = async () => {
  throw new ConfigError('config_invalid', 'auth.accessTokenOf() needs the option `tokens`', {
    hint: 'Write scalekitAuth({ tokens: "server" }): then `secret` alone opens the tokens of all sessions.',
  })
}

const noTokens =
  'The store has no tokens of this session: it began in another process, or before a restart'
const noRefreshToken = 'The access token ends too soon, and the session has no refresh token'
const tooShort = 'New access tokens expire sooner than `minTtlSeconds` asks for'
const notRenewed = 'The access token ends too soon, and could not be renewed'

const hints: Readonly<Record<string, string>> = {
  [noTokens]: 'Give all processes one `store`: redisStore(client) or postgresStore(pool).',
  [noRefreshToken]: 'Add "offline_access" to `scopes`, and sign in again.',
  [tooShort]: 'Ask for less with `minTtlSeconds`, or let access tokens last longer at Scalekit.',
  [notRenewed]: 'See the log for why. Ask for less with `minTtlSeconds`.',
}

function unavailable(message: string, cause?: unknown): ScalekitError {
  const hint = hints[message]
  return new ScalekitError('token_unavailable', message, { cause, ...(hint ? { hint } : {}) })
}
