import type { Clock } from '../ground/clock.ts'
import { LoginError, ScalekitError } from '../ground/errors.ts'
import { debug, type Logger, quote, textOfThrown } from '../ground/log.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { BearerKind } from '../oidc/bearer-kinds.ts'
import { verifyBearer } from '../oidc/bearer-token.ts'
import type { KeySet } from '../oidc/key-sets.ts'
import { toleranceSeconds, untimely } from '../oidc/token.ts'
import { type BearerCaller, bearerCaller } from './bearer-principal.ts'
import { lastChanges } from './changes.ts'
import type { OpenConnections } from './open-connections.ts'
import { type Caller, type Principal, type SignedOut, signedOut } from './principal.ts'
import { isTokenEndedBy, type TokenHolder } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { verifiedTokens } from './verified-tokens.ts'
import type { BearerFacts, View } from './views.ts'
import type { Watched } from './watched.ts'
import { watchedToken } from './watched-token.ts'

/** A view that a token decided, and no cookie. */
export type BearerView = View<Principal> & { readonly bearer: BearerFacts }

/** What became of a token. What happened since it was issued is asked on each request. */
export type Presented =
  | ({ readonly status: 'verified'; readonly endsAt: number } & BearerCaller)
  | { readonly status: 'refused'; readonly view: BearerView }
  /** Nothing can tell: Scalekit's keys cannot be loaded. */
  | { readonly status: 'unknown'; readonly error: ScalekitError }

type Verified = Extract<Presented, { readonly status: 'verified' }>

/** Answers who a token in the header `Authorization` speaks for. */
export interface Bearer {
  /**
   * What is known of it without waiting; `undefined` where it has to be verified first.
   *
   * @param token The empty string for a header that is malformed.
   */
  known(token: string): Presented | undefined
  /** Verifies it. Never rejects. */
  verify(token: string): Promise<Presented>
  /**
   * Who is asking, by what happened until now.
   *
   * @param wasFresh Whether what other processes revoked was known when the request came.
   * @throws {@link ScalekitError} `store_unavailable`, `provider_unavailable`
   */
  viewOf(presented: Presented, wasFresh?: boolean): BearerView
  /** Watches a token for an open connection; `undefined` if it is not accepted. */
  watch(presented: Presented): Watched | undefined
  /** Returns the view of its token by what is known now. */
  lookAgain(view: View): View
}

/** What tokens are verified and judged by. */
export interface BearerParts {
  /** Of several, any. */
  readonly issuers: readonly string[]
  /** The environment's own, which revocations are recorded by. */
  readonly issuer: string
  readonly clientId: string
  readonly audience: readonly string[] | undefined
  readonly accepts: readonly BearerKind[]
  /** How long a token counts after it was issued, in seconds. */
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
  // Of those that were looked at since anything was last revoked.
  const settled = new WeakMap<object, { readonly writes: number; readonly view: BearerView }>()

  async function verify(token: string): Promise<Presented> {
    try {
      const keys = await parts.keys()
      const verified = await verifyBearer(token, { ...parts, keys })
      const { exp, iat } = verified.claims
      const endsAt = Math.min(exp + toleranceSeconds, iat + maxAgeSeconds) * 1000
      const caller = bearerCaller(token, verified, { ...parts, ended: () => endedOf(presented) })
      const presented = { status: 'verified' as const, endsAt, ...caller }
      return tokens.keep(token, keys, presented)
    } catch (error) {
      return failed(error)
    }
  }

  function failed(error: unknown): Presented {
    if (error instanceof LoginError && error.code === 'access_token_invalid') {
      // Any visitor can cause it at will.
      debug(logger, `bearer: ${error.message}: ${quote(textOfThrown(error.cause))}`)
      return {
        status: 'refused',
        view: refused(isLate(error.cause, clock()) ? 'expired' : 'token-invalid'),
      }
    }
    return { status: 'unknown', error: keysUnavailable(error) }
  }

  /** What is known of a token is asked for again as soon as anything is written. */
  function viewOf(presented: Presented, wasFresh: boolean = false): BearerView {
    if (presented.status === 'unknown') throw presented.error
    if (presented.status === 'refused') return presented.view
    if (clock() >= presented.endsAt) return refused('expired', presented.holder)
    if (!wasFresh && !revocations.isFresh()) {
      throw storeUnavailable('The session store failed', revocations.failure())
    }
    const { writes } = recorded
    const before = settled.get(presented)
    if (before?.writes === writes) return before.view
    const view = judged(presented)
    settled.set(presented, { writes, view })
    return view
  }

  function judged({ principal, holder }: BearerCaller): BearerView {
    if (recorded.size > 0) {
      if (isTokenEndedBy(recorded, holder)) return refused('revoked', holder)
      const { any } = lastChanges(recorded, holder, principal)
      // Whole seconds: one that was issued in the second of the change may be of before it.
      if (holder.startedAt <= any.scalekit) return refused('token-outdated', holder)
    }
    return { principal, bearer: { holder } }
  }

  function watch(presented: Presented): Watched | undefined {
    if (presented.status !== 'verified') return undefined
    // An outage ends no connection, so `look` takes what is known as it is.
    const look = () => viewOf(presented, true)
    async function askFresh(): Promise<BearerView> {
      if (!revocations.isFresh()) await revocations.refresh()
      return viewOf(presented)
    }
    return watchedToken(presented, { look, askFresh })
  }

  /** The signal of a token outside of a request: one for all that is given its principal. */
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

function isCaller(principal: Principal): principal is Caller {
  return principal.status !== 'signed-out'
}

type Reason = Extract<
  SignedOut['reason'],
  'expired' | 'revoked' | 'token-invalid' | 'token-outdated'
>

/** What a challenge says of each. Nothing of the token is in it. @see RFC 6750 section 3 */
const descriptions: Readonly<Record<Reason, string>> = {
  expired: 'The access token expired',
  revoked: 'The access token was revoked',
  'token-invalid': 'The access token is not valid here',
  'token-outdated': 'What its holder may do has changed since the access token was issued',
}

function refused(reason: Reason, holder?: TokenHolder): BearerView {
  const refusal = descriptions[reason]
  return { principal: signedOut[reason], bearer: holder ? { refusal, holder } : { refusal } }
}

const malformed: Presented = {
  status: 'refused',
  view: {
    principal: signedOut['token-invalid'],
    bearer: { refusal: 'The header Authorization is malformed: expected one Bearer token' },
  },
}

/** Whether it counted once. */
function isLate(cause: unknown, nowMs: number): boolean {
  const late = untimely(cause)
  if (late?.claim === 'iat') return late.payload.iat! * 1000 < nowMs
  return late?.claim === 'exp'
}

/** Never as if the token were wrong: its client would throw it away. */
function keysUnavailable(cause: unknown): ScalekitError {
  const message = 'Scalekit’s keys cannot be loaded, so no access token can be verified'
  return new ScalekitError('provider_unavailable', message, { cause })
}
