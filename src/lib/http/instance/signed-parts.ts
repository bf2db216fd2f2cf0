import type { Audit } from '../../auth/audit.ts'
import { type EndByLogoutToken, endByLogoutTokenWith } from '../../auth/back-channel.ts'
import { changeReactions } from '../../auth/change-reactions.ts'
import type { AuthEmitter } from '../../auth/events.ts'
import { type React, reactions } from '../../auth/reactions.ts'
import type { RevocationsReplica } from '../../auth/revocations-replica.ts'
import { type Revoke, revokeWith } from '../../auth/revoke.ts'
import { longestSeconds } from '../../config/bearer.ts'
import type { Config } from '../../config/config.ts'
import type { Deliveries } from '../../deliveries/delivery.ts'
import { durableDeliveries } from '../../deliveries/durable-deliveries.ts'
import { type InlineParts, inlineDeliveries } from '../../deliveries/inline-deliveries.ts'
import { type Replay, replayWith } from '../../deliveries/replay.ts'
import { maxClockDifferenceMs } from '../../ground/clock.ts'
import type { CallApi } from '../../management/call.ts'
import { sessionApi } from '../../management/session.ts'
import { transactionSeconds } from '../../oidc/transaction.ts'
import type { StateStore } from '../../state/store.ts'
import { createDispatcher, type Dispatcher } from '../../webhooks/dispatch.ts'
import { type Intercept, interceptWith } from '../../webhooks/intercept.ts'
import { sourcesIn } from './session-parts.ts'

/**
 * The parts that serve Scalekit's signed requests: webhooks, interceptors, and the session ends
 * that they cause.
 */
export interface SignedParts {
  /** Passes a verified webhook to its handlers. */
  readonly dispatcher: Dispatcher
  readonly react: React
  readonly revoke: Revoke
  readonly endByLogoutToken: EndByLogoutToken
  readonly deliveries: Deliveries
  readonly replay: Replay
  readonly intercept: Intercept
}

/** The parts of an instance that {@link SignedParts} are made of. */
export interface SignedContext {
  readonly store: StateStore
  readonly revocations: RevocationsReplica
  readonly events: AuthEmitter
  readonly audit: Audit
  readonly call: CallApi
  /** Aborted by `auth.close()`. */
  readonly closing: AbortSignal
}

/**
 * The maximum time that a session or token may live after a revocation if its sign-in began before
 * it, in milliseconds. The sign-in may be finished after the revocation. The clocks that set the
 * times of the revocation and of the expiry may each be wrong.
 */
function longestSession(seconds: number): number {
  return (seconds + transactionSeconds) * 1000 + 2 * maxClockDifferenceMs
}

/** @internal */
export function signedParts(
  config: Config,
  { store, revocations, events, audit, call, closing }: SignedContext,
): SignedParts {
  const { issuer, clock, logger, webhooks, interceptors } = config
  const dispatcher = createDispatcher(webhooks.handlers)
  const longestSessionMs = longestSession(longestSeconds(config))
  const { revokeOn } = webhooks
  const { ledger, aliases, singleUse } = store
  const known = { issuer, revocations, aliases, longestSessionMs, clock }
  const changes = changeReactions({ ...known, sources: sourcesIn(config) })
  const react = reactions({ ...known, changes, revokeOn })
  const revoke = revokeWith({
    issuer,
    replica: revocations,
    revocations: store.revocations,
    longestSessionMs,
    audit,
    scalekitSessions: sessionApi(call),
    logger,
  })
  const parts: InlineParts = {
    ledger,
    dispatcher,
    react,
    onHandled: changes.recordHandled,
    emit: events.emit,
    audit,
    logger,
    clock,
    timeoutMs: webhooks.timeoutSeconds * 1000,
  }
  const { handlers, onFailure, timeoutSeconds } = interceptors
  return {
    dispatcher,
    react,
    revoke,
    endByLogoutToken: endByLogoutTokenWith({ ...known, singleUse, audit, logger }),
    deliveries:
      webhooks.delivery === 'inline'
        ? inlineDeliveries(parts)
        : durableDeliveries({ ...parts, queue: webhooks.delivery, closing }),
    replay: replayWith(parts),
    intercept: interceptWith({ handlers, onFailure, timeoutMs: timeoutSeconds * 1000, logger }),
  }
}
