import { type Clock, maxClockDifferenceMs } from '../ground/clock.ts'
import type { Logger } from '../ground/log.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import {
  type BearerRules,
  type BearerToken,
  type BearerVerifier,
  bearerVerifier,
} from '../oidc/bearer-token.ts'
import type { KeySet } from '../oidc/key-sets.ts'
import { toleranceSeconds } from '../oidc/registered-claims.ts'
import { bearerView } from './bearer-principal.ts'
import { beforeRestart, failedVerification, malformed, refused } from './bearer-refusals.ts'
import { lastChanges } from './changes.ts'
import type { OpenConnections } from './open-connections.ts'
import type { AcceptedView, BearerView, Presented, VerifiedToken } from './presented.ts'
import { isTokenEndedBy, type TokenHolder } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { maxKeyAgeMs, type VerifiedBy, verificationBy, verifiedTokens } from './verified-tokens.ts'
import type { View } from './views.ts'
import type { Watched } from './watched.ts'
import { watchedToken } from './watched-token.ts'

/** Determines the user or machine of a token in the header `Authorization`. */
export interface Bearer {
  /**
   * Returns the outcome without waiting: of a token that was verified before, or whose key is known.
   * Returns `undefined` if {@link Bearer.verify} has to wait, for a key or for the store.
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
export interface BearerParts extends BearerRules {
  /** The environment's own issuer. Revocations are recorded under it. */
  readonly issuer: string
  readonly claimNames: readonly string[]
  readonly keys: () => Promise<KeySet>
  readonly revocations: RevocationsReplica
  readonly connections: OpenConnections
  readonly clock: Clock
  readonly logger: Logger
}

export function bearerWith(parts: BearerParts): Bearer {
  const { revocations, maxAgeSeconds, clock } = parts
  const { known: recorded } = revocations
  const tokens = verifiedTokens<VerifiedToken>()
  const signals = new WeakMap<VerifiedToken, AbortSignal>()
  /**
   * By the keys of the last verification that waited. If discovery names another URL for them, the
   * earlier set serves until it is ten minutes old, as it does for remembered tokens.
   */
  let verifier: BearerVerifier | undefined

  async function verify(token: string): Promise<Presented> {
    try {
      const by = verificationBy(await parts.keys())
      if (verifier?.keys !== by.keys) verifier = bearerVerifier(by.keys, parts)
      const verified = await verifier.verify(token)
      const time = revocations.storeTime() ?? (await revocations.askStoreTime())
      const storeAheadMs = time ? time.earliest - clock() : -maxClockDifferenceMs
      const presented = presentedOf(token, verified, by, storeAheadMs)
      // A guess is not kept: by it, the token was issued minutes before it was.
      return time ? tokens.keep(token, by, presented) : presented
    } catch (error) {
      return failedVerification(error, parts)
    }
  }

  /** Verifies without waiting, or returns `undefined`. */
  function verifyNow(token: string): Presented | undefined {
    try {
      const time = revocations.storeTime()
      if (verifier === undefined || time === undefined) return undefined
      const by = verificationBy(verifier.keys)
      const verified = verifier.verifyNow(token)
      if (verified === undefined) return undefined
      const storeAheadMs = time.earliest - clock()
      return tokens.keep(token, by, presentedOf(token, verified, by, storeAheadMs))
    } catch (error) {
      return failedVerification(error, parts)
    }
  }

  function presentedOf(
    token: string,
    verified: BearerToken,
    { keys, loadedAt = keys.loadedAt?.() }: VerifiedBy,
    storeAheadMs: number,
  ): VerifiedToken {
    const { exp, iat } = verified.claims
    const { issuer, claimNames } = parts
    const ended = () => endedOf(presented)
    const presented: VerifiedToken = {
      status: 'verified',
      token,
      endsAt: Math.min(exp + toleranceSeconds, iat + maxAgeSeconds) * 1000,
      verifiedUntil: clock() + maxKeyAgeMs - ageOf(loadedAt),
      view: bearerView(token, verified, { issuer, claimNames, clock, storeAheadMs, ended }),
      acceptedAt: Number.NaN,
    }
    return presented
  }

  /** Looks for records that end the token only after another record was written. */
  function viewOf(presented: Presented, wasFresh: boolean = false): BearerView {
    if (presented.status === 'unknown') throw presented.error
    if (presented.status === 'refused') return presented.view
    const { view } = presented
    if (clock() >= presented.endsAt) return refused('expired', view.bearer.holder)
    if (!wasFresh && !revocations.isFresh()) {
      throw storeUnavailable('The session store failed', revocations.failure())
    }
    const { writes } = recorded
    if (presented.acceptedAt === writes) return view
    const refusal = refusalOf(view)
    if (refusal) return refusal
    presented.acceptedAt = writes
    return view
  }

  /**
   * `iat` has whole seconds. A token that is issued in the second of the restart counts as later:
   * it is the one by which a client replaces an earlier one.
   */
  function isForgotten({ startedAt }: TokenHolder): boolean {
    return startedAt + 1000 <= revocations.forgottenUntil
  }

  /** Returns the view of a token that a record ends. */
  function refusalOf({ principal, bearer: { holder } }: AcceptedView): BearerView | undefined {
    if (isForgotten(holder)) return refused('token-outdated', holder, beforeRestart)
    if (recorded.size > 0) {
      if (isTokenEndedBy(recorded, holder)) return refused('revoked', holder)
      const { any } = lastChanges(recorded, holder, principal)
      // `iat` has whole seconds. A token issued in the same second as the change may be older than
      // it.
      if (holder.startedAt <= any.scalekit) return refused('token-outdated', holder)
    }
    return undefined
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
  function endedOf(presented: VerifiedToken): AbortSignal {
    const known = signals.get(presented)
    if (known) return known
    const { ended } = parts.connections.watch(watch(presented)!)
    signals.set(presented, ended)
    return ended
  }

  return {
    watch,
    known: (token) => (token === '' ? malformed : (tokens.get(token) ?? verifyNow(token))),
    verify,
    viewOf,
    lookAgain: (view) => (isAccepted(view) ? (refusalOf(view) ?? view) : view),
  }
}

function ageOf(loadedAt: number | undefined): number {
  return loadedAt === undefined ? 0 : Date.now() - loadedAt
}

function isAccepted(view: View): view is View & AcceptedView {
  return view.bearer?.holder !== undefined && view.principal.status !== 'signed-out'
}
