import { EventEmitter } from 'node:events'
import { ConfigError } from '../ground/errors.ts'
import { callUnawaited } from '../ground/hooks.ts'
import { type Logger, quote, textOfThrown } from '../ground/log.ts'
import { nearestName } from '../ground/nearest-name.ts'

/** The members that all events of an audit log share. Members without a known value are absent. */
export interface AuditFields {
  /** When the event occurred, in milliseconds since the epoch, by the application's clock. */
  readonly at: number
  /** The user's `user.id`. */
  readonly userId?: string
  readonly email?: string
  readonly organizationId?: string
  /** The session's `req.scalekit.sessionId`, which `auth.revoke` accepts. It grants no access. */
  readonly sessionId?: string
  /**
   * The client's address: `req.ip` if the framework sets it, by its `trust proxy`; otherwise the
   * connection's address.
   */
  readonly ip?: string
  /** The request's `req.id`, if the application or pino-http set it. */
  readonly requestId?: string | number
}

/** A user signed in, and a session began. */
export interface LoginSucceeded extends AuditFields {
  /** The id of the session at Scalekit, `ses_…`. */
  readonly sid?: string
  readonly connectionId?: string
  /** The id of this sign-in, as on its log lines. */
  readonly signInId?: string
}

/** The source that renewed the roles, permissions, scopes and claims of a session. */
export type AuthoritySource = 'refresh-token' | 'application'

/**
 * The authority of a session was renewed: its roles, permissions, scopes and kept claims, whether
 * or not they differ from before. The process that renewed it emits the event, once for each
 * renewal. The event has neither `ip` nor `requestId`, because several requests can share a
 * renewal, and some have none.
 */
export interface SessionRefreshed extends Omit<AuditFields, 'ip' | 'requestId'> {
  /**
   * The sources of the renewal. `refresh-token`: Scalekit accepted the session's refresh token; one
   * process renews for all. `application`: `authorization.resolve` answered; each process calls it
   * for itself.
   */
  readonly sources: readonly AuthoritySource[]
  /** The id of the session at Scalekit, `ses_…`. */
  readonly sid?: string
}

/**
 * A sign-in failed, or could not begin. The event names the user if the ID token was verified
 * before the failure.
 */
export interface LoginFailed extends AuditFields {
  /** The code of the error, e.g. `login_denied`. */
  readonly code: string
  /** The error that Scalekit returned, if Scalekit documents its name. */
  readonly providerError?: string
  /** A sentence for readers of the log. It may change between versions. */
  readonly reason: string
  /**
   * Whether the failure is an error in the query of `/callback` (`?error=…`) from a browser without
   * the cookie of that sign-in. Any client can cause such events, in any number. Other failures,
   * e.g. of a malformed link to `/login`, are not marked.
   */
  readonly isUnsolicited: boolean
  /** The id of this sign-in, as on its log lines. */
  readonly signInId?: string
}

/**
 * Why a session ended:
 *
 * - `sign-out`: the user signed out at `/logout`, or the application called `auth.logout`
 * - `replaced`: another sign-in in the same browser
 * - `revoked`: the application called `auth.revoke`
 * - `webhook`: an event of Scalekit's
 * - `back-channel-logout`: Scalekit sent a logout token to `/backchannel-logout`
 * - `expired`: `session.idleSeconds` or `session.absoluteSeconds` passed
 * - `forgotten`: the store was emptied or replaced, or the application called
 *   `auth.revoke('everyone')`
 * - `refresh-rejected`, `refresh-lost`, `refresh-mismatch`: as `req.scalekit.reason`
 * - `denied`: `authorization.resolve` denied the user
 * - `changed`: the user's roles changed, and no source renews them
 */
export type SessionEndCause =
  | 'sign-out'
  | 'replaced'
  | 'revoked'
  | 'webhook'
  | 'back-channel-logout'
  | 'expired'
  | 'forgotten'
  | 'refresh-rejected'
  | 'refresh-lost'
  | 'refresh-mismatch'
  | 'denied'
  | 'changed'

/**
 * Sessions ended. `sign-out`, `replaced`, `revoked`, `webhook` and `back-channel-logout` are
 * reported when they happen. The other causes are reported once in each process, when a request or
 * an open connection first finds the session ended.
 */
export interface SessionEnded extends AuditFields {
  readonly cause: SessionEndCause
  /** Who ended it. `kit`: a rule of this package, such as a lifetime. */
  readonly by: 'user' | 'application' | 'scalekit' | 'kit'
  /**
   * The extent: one session or access token; all sessions of the user or organization that the
   * other members name; `everyone`: all sessions of the store.
   */
  readonly scope: 'session' | 'token' | 'user' | 'organization' | 'everyone'
  /** The `reason` that the application passed to `auth.revoke`, or the type of the webhook. */
  readonly reason?: string
  /** The id of the session at Scalekit, `ses_…`. */
  readonly sid?: string
  /** The `jti` of an access token. */
  readonly tokenId?: string
  /**
   * The `webhook-id` of the delivery. A delivery that Scalekit sends again may be reported again.
   */
  readonly deliveryId?: string
}

/** A guard, or a route of the kit, refused a request. */
export interface GuardDenied extends AuditFields {
  /** The code of the refusal, e.g. `not_signed_in`, or your own from `requireThat`. */
  readonly code: string
  /**
   * The credentials of the request: a session, or an access token in the header `Authorization`.
   */
  readonly via?: 'session' | 'bearer'
  /** The `client_id` of an access token without a user. */
  readonly clientId?: string
  /** The `jti` of the access token, which `auth.revoke` accepts. */
  readonly tokenId?: string
  /** The HTTP method of the request. */
  readonly method: string
  /** The path without its query, which may contain secrets. */
  readonly path: string
  /**
   * Why no user is signed in, as `req.scalekit.reason`. The members above then name the holder of
   * the session or verified token in the request.
   */
  readonly reason?: string
}

/** The events of an instance. They contain no secrets and no part of a payload. */
export interface AuthEvents {
  readonly 'login.succeeded': LoginSucceeded
  readonly 'login.failed': LoginFailed
  readonly 'session.refreshed': SessionRefreshed
  readonly 'session.ended': SessionEnded
  readonly 'guard.denied': GuardDenied
  /** A webhook event was processed. */
  readonly 'webhook.handled': DeliveryInfo
  /** An attempt to process a delivery failed, or a delivery is suspicious. */
  readonly 'webhook.failed': DeliveryInfo & {
    /**
     * The code of the problem, e.g. `webhook_handler_failed`, or `webhook_id_reused`: a different
     * body arrived under this id.
     */
    readonly code: string
    /**
     * Whether the delivery is stored as a dead letter, because no further attempt is certain to
     * follow.
     */
    readonly isFinal: boolean
  }
  /**
   * An event removed a user whose sign-in is not known. The kit could therefore not find their
   * sessions by their subject.
   */
  readonly 'webhook.unmatched': DeliveryInfo & {
    /** The number of such removals in this process so far. */
    readonly count: number
  }
}

/** The delivery and its attempt. */
export interface DeliveryInfo {
  /** The `webhook-id`, equal for all attempts of a delivery. */
  readonly deliveryId: string
  /** The type of the event, e.g. `organization.directory.user_created`. */
  readonly type: string
  /** The number of the attempt, from 1. */
  readonly attempt: number
  /** The organization of the event, if it has one. */
  readonly organizationId?: string
}

/** Every name that {@link AuthEmitter.on} accepts. A missing name does not compile. */
const eventNames: Readonly<Record<keyof AuthEvents, true>> = {
  'login.succeeded': true,
  'login.failed': true,
  'session.refreshed': true,
  'session.ended': true,
  'guard.denied': true,
  'webhook.handled': true,
  'webhook.failed': true,
  'webhook.unmatched': true,
}

/** The names of all events. */
export const authEventNames: readonly string[] = Object.keys(eventNames)

export type Emit = <Name extends keyof AuthEvents>(name: Name, event: AuthEvents[Name]) => void

/**
 * Passes events to listeners. A listener that throws, rejects or never settles does not affect
 * requests.
 */
export interface AuthEmitter {
  emit: Emit
  /** Whether there is a listener. Without one, an event need not be built. */
  isHeard(name: keyof AuthEvents): boolean
  /**
   * Adds a listener.
   *
   * @returns a function that removes the listener
   * @throws {@link ConfigError} `config_invalid` for an unknown event name
   */
  on<Name extends keyof AuthEvents>(
    name: Name,
    listener: (event: AuthEvents[Name]) => void,
  ): () => void
}

type Listener = (event: unknown) => unknown

export function authEmitter(logger: Logger): AuthEmitter {
  // No warning at eleven listeners: each part of an application may add one.
  const emitter = new EventEmitter().setMaxListeners(0)

  return {
    isHeard: (name) => emitter.listenerCount(name) > 0,
    emit(name, event) {
      // Frozen, so that a listener cannot change the event for the next one.
      Object.freeze(event)
      for (const listener of emitter.listeners(name)) {
        callUnawaited(
          () => (listener as Listener)(event),
          (error) => logger.error(`A listener of ${name} failed: ${quote(textOfThrown(error))}`),
        )
      }
    },
    on(name, listener) {
      assertEvent(name)
      emitter.on(name, listener)
      return () => void emitter.off(name, listener)
    },
  }
}

/** Refuses an unknown name. Otherwise the listener would silently never be called. */
function assertEvent(name: unknown): void {
  if (typeof name === 'string' && authEventNames.includes(name)) return
  const nearest = typeof name === 'string' ? nearestName(name, authEventNames) : undefined
  const advice =
    nearest === undefined
      ? `use one of ${authEventNames.map((each) => `'${each}'`).join(', ')}`
      : `did you mean '${nearest}'?`
  throw new ConfigError([`auth.on() has no event ${JSON.stringify(name)}: ${advice}`])
}
