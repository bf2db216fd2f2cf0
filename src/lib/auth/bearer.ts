import { copyOf } from '../ground/bytes.ts'
import { type Clock, maxClockDifferenceMs } from '../ground/clock.ts'
import { LoginError, ScalekitError } from '../ground/errors.ts'
import { debug, type Logger, quote, textOfThrown } from '../ground/log.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { BearerKind } from '../oidc/bearer-kinds.ts'
import { type BearerToken, verifyBearer } from '../oidc/bearer-token.ts'
import type { KeySet } from '../oidc/key-sets.ts'
import { toleranceSeconds, untimely } from '../oidc/token.ts'
import { type BearerCaller, type BearerPrincipalParts, bearerCaller } from './bearer-principal.ts'
import { lastChanges } from './changes.ts'
import type { OpenConnections } from './open-connections.ts'
import { type Caller, type Principal, type SignedOut, signedOut } from './principal.ts'
import { isTokenEndedBy, type TokenHolder } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { maxKeyAgeMs, verifiedTokens } from './verified-tokens.ts'
import type { BearerFacts, View } from './views.ts'
import type { Watched } from './watched.ts'
import { watchedToken } from './watched-token.ts'

/** The view of a request that brought an access token, which is used in place of a cookie. */
export type BearerView = View<Principal> & { readonly bearer: BearerFacts }

/**
 * The outcome of a token's verification. Revocations and changes since its issue are checked on
 * each request.
 */
export type Presented =
  | (VerifiedToken & BearerCaller)
  | { readonly status: 'refused'; readonly view: BearerView }
  /** Scalekit's keys cannot be loaded, so the token cannot be verified. */
  | { readonly status: 'unknown'; readonly error: ScalekitError }

/** A token whose signature and claims are valid. */
interface VerifiedToken {
  readonly status: 'verified'
  readonly token: string
  /** When it expires, by the application's clock. */
  readonly endsAt: number
  /**
   * When the keys of the verification are too old, by the application's clock: an open connection
   * then has the token verified again.
   */
  readonly verifiedUntil: number
  readonly last: LastView
}

/**
 * The last view of a token. It is valid until another record is written. It is a member of the
 * token's outcome: an entry in a `WeakMap` for each token would cost the garbage collector more.
 */
interface LastView {
  writes: number
  view: BearerView | undefined
}

type Verified = Extract<Presented, { readonly status: 'verified' }>

/** Determines the user or machine of a token in the header `Authorization`. */
export interface Bearer {
  /**
   * Returns a known outcome without waiting, or `undefined` if the token has to be verified first.
   *
   * @param token The token, or the empty string if the header is malformed.
   */
  known(token: string): Presented | undefined
  /** Verifies a token. Never rejects. */
  verify(token: string): Promise<Presented>
  /**
   * Returns the view of a token, by the revocations and changes known now.
   *
   * @param wasFresh Whether the revocations of other processes were known when the request arrived,
   *   or became known since.
   * @throws {@link ScalekitError} `store_unavailable`, `provider_unavailable`
   */
  viewOf(presented: Presented, wasFresh?: boolean): BearerView
  /** Watches a token for an open connection. Returns `undefined` if the token is not accepted. */
  watch(presented: Presented): Watched | undefined
  /**
   * Judges the token of an earlier view again, by the revocations and changes known now. A view
   * without a verified token is returned unchanged.
   */
  lookAgain(view: View): View
}

/** The dependencies and limits for the verification of tokens. */
export interface BearerParts {
  /** The accepted values of a token's `iss`. */
  readonly issuers: readonly string[]
  /** The environment's own issuer. Revocations are recorded under it. */
  readonly issuer: string
  readonly clientId: string
  readonly audience: readonly string[] | undefined
  readonly accepts: readonly BearerKind[]
  /** How long a token is accepted after its issue, in seconds. */
  readonly maxAgeSeconds: number
  readonly claimNames: readonly string[]
  readonly keys: () => Promise<KeySet>
  readonly revocations: RevocationsReplica
  readonly connections: OpenConnections
  readonly clock: Clock
  readonly logger: Logger
}

export function bearerWith(parts: BearerParts): Bearer {
  const { revocations, maxAgeSeconds, clock, logger } = parts
  const { known: recorded } = revocations
  const tokens = verifiedTokens<Verified>()
  const signals = new WeakMap<Verified, AbortSignal>()

  async function verify(given: string): Promise<Presented> {
    try {
      const keys = await parts.keys()
      const by = { keys, loadedAt: keys.loadedAt?.() }
      const verifiedUntil = clock() + maxKeyAgeMs - ageOf(by.loadedAt)
      const verified = await verifyBearer(given, { ...parts, keys })
      const token = copyOf(given)
      const ahead = await storeAhead()
      const storeAheadMs = ahead ?? -maxClockDifferenceMs
      const presented = presentedOf(token, verified, { verifiedUntil, storeAheadMs })
      // A guess is not kept: by it, the token was issued minutes before it was.
      return ahead === undefined ? presented : tokens.keep(token, by, presented)
    } catch (error) {
      return failed(error)
    }
  }

  function presentedOf(
    token: string,
    verified: BearerToken,
    {
      verifiedUntil,
      storeAheadMs,
    }: Pick<Verified, 'verifiedUntil'> & Pick<BearerPrincipalParts, 'storeAheadMs'>,
  ): Verified {
    const { exp, iat } = verified.claims
    const endsAt = Math.min(exp + toleranceSeconds, iat + maxAgeSeconds) * 1000
    const ended = () => endedOf(presented)
    const { issuer, claimNames } = parts
    const caller = bearerCaller(token, verified, { issuer, claimNames, clock, storeAheadMs, ended })
    const last: LastView = { writes: 0, view: undefined }
    const presented: Verified = {
      status: 'verified',
      token,
      endsAt,
      verifiedUntil,
      last,
      ...caller,
    }
    return presented
  }

  /**
   * Returns how far the store's clock is ahead of this process's, at least. `undefined` while the
   * store does not respond.
   */
  async function storeAhead(): Promise<number | undefined> {
    const time = revocations.storeTime() ?? (await revocations.askStoreTime())
    return time && time.earliest - clock()
  }

  function failed(error: unknown): Presented {
    if (error instanceof LoginError && error.code === 'access_token_invalid') {
      // On the debug level, because any client can cause it at will.
      debug(logger, `bearer: ${error.message}: ${quote(textOfThrown(error.cause))}`)
      return {
        status: 'refused',
        view: refused(isLate(error.cause, clock()) ? 'expired' : 'token-invalid'),
      }
    }
    return { status: 'unknown', error: keysUnavailable(error) }
  }

  /** Reuses the last view until a record is written. */
  function viewOf(presented: Presented, wasFresh: boolean = false): BearerView {
    if (presented.status === 'unknown') throw presented.error
    if (presented.status === 'refused') return presented.view
    if (clock() >= presented.endsAt) return refused('expired', presented.holder)
    if (!wasFresh && !revocations.isFresh()) {
      throw storeUnavailable('The session store failed', revocations.failure())
    }
    const { writes } = recorded
    const { last } = presented
    if (last.view && last.writes === writes) return last.view
    last.view = judged(presented)
    last.writes = writes
    return last.view
  }

  /**
   * `iat` has whole seconds. A token that is issued in the second of the restart counts as later:
   * it is the one by which a client replaces an earlier one.
   */
  function isForgotten({ startedAt }: TokenHolder): boolean {
    return startedAt + 1000 <= revocations.forgottenUntil
  }

  function judged({ principal, holder }: BearerCaller): BearerView {
    if (isForgotten(holder)) return refused('token-outdated', holder, beforeRestart)
    if (recorded.size > 0) {
      if (isTokenEndedBy(recorded, holder)) return refused('revoked', holder)
      const { any } = lastChanges(recorded, holder, principal)
      // `iat` has whole seconds. A token issued in the same second as the change may be older than
      // it.
      if (holder.startedAt <= any.scalekit) return refused('token-outdated', holder)
    }
    return { principal, bearer: { holder } }
  }

  function watch(presented: Presented): Watched | undefined {
    if (presented.status !== 'verified') return undefined
    return watchedToken(presented, {
      clock,
      // An outage ends no connection, so `look` uses the known records whatever their age.
      look: (latest) => viewOf(latest, true),
      askFresh: async (latest) =>
        viewOf(latest, revocations.isFresh() || (await revocations.refresh())),
      verifyAgain: async (token) => tokens.get(token) ?? verify(token),
    })
  }

  /**
   * Returns the signal that fires when the token ends: `ended` of the principal that requests see.
   * It is created once for each token.
   */
  function endedOf(presented: Verified): AbortSignal {
    const known = signals.get(presented)
    if (known) return known
    const { ended } = parts.connections.watch(watch(presented)!)
    signals.set(presented, ended)
    return ended
  }

  return {
    watch,
    known: (token) => (token === '' ? malformed : tokens.get(token)),
    verify,
    viewOf,
    lookAgain: (view) =>
      view.bearer?.holder && isCaller(view.principal)
        ? judged({ principal: view.principal, holder: view.bearer.holder })
        : view,
  }
}

/** The first set is loaded by the verification itself. */
function ageOf(loadedAt: number | undefined): number {
  return loadedAt === undefined ? 0 : Date.now() - loadedAt
}

function isCaller(principal: Principal): principal is Caller {
  return principal.status !== 'signed-out'
}

type Reason = Extract<
  SignedOut['reason'],
  'expired' | 'revoked' | 'token-invalid' | 'token-outdated'
>

/**
 * The `error_description` in the header `WWW-Authenticate`. It contains no part of the token.
 *
 * @see RFC 6750 section 3
 */
const descriptions: Readonly<Record<Reason, string>> = {
  expired: 'The access token expired',
  revoked: 'The access token was revoked',
  'token-invalid': 'The access token is not valid here',
  'token-outdated': 'What its holder may do has changed since the access token was issued',
}

const beforeRestart = 'The access token was issued before the server restarted'

function refused(
  reason: Reason,
  holder?: TokenHolder,
  refusal: string = descriptions[reason],
): BearerView {
  return { principal: signedOut[reason], bearer: holder ? { refusal, holder } : { refusal } }
}

const malformed: Presented = {
  status: 'refused',
  view: {
    principal: signedOut['token-invalid'],
    bearer: { refusal: 'The header Authorization is malformed: expected one Bearer token' },
  },
}

/** Whether the token was refused for its age: it is past its `exp`, or too long past its `iat`. */
function isLate(cause: unknown, nowMs: number): boolean {
  const late = untimely(cause)
  if (late?.claim === 'iat') return late.payload.iat! * 1000 < nowMs
  return late?.claim === 'exp'
}

/**
 * The error while the token cannot be checked. It does not say that the token is invalid, because
 * the client would then discard a token that may be valid.
 */
function keysUnavailable(cause: unknown): ScalekitError {
  const message = 'Scalekit’s keys cannot be loaded, so no access token can be verified'
  return new ScalekitError('provider_unavailable', message, { cause })
}
