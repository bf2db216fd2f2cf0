import { EventEmitter } from 'node:events'
import { ConfigError } from '../ground/errors.ts'
import { callUnawaited } from '../ground/hooks.ts'
import { type Logger, quote, textOfThrown } from '../ground/log.ts'
import { nearestName } from '../ground/nearest-name.ts'

/** What an event of an audit log says beside its own members, as far as it is known. */
export interface AuditFields {
  /** When, in milliseconds since the epoch, by the clock of this application. */
  readonly at: number
  /** `user.id` */
  readonly userId?: string
  readonly email?: string
  readonly organizationId?: string
  /** `req.scalekit.sessionId`: it names the session for `auth.revoke`, and lets no one in. */
  readonly sessionId?: string
  /** `req.ip` where the framework has it, by its `trust proxy`; otherwise the connection's address. */
  readonly ip?: string
  /** `req.id`, where the application or pino-http set one. */
  readonly requestId?: string | number
}

/** A user signed in, and their session began. */
export interface LoginSucceeded extends AuditFields {
  /** The id of the session at Scalekit, `ses_…`. */
  readonly sid?: string
  readonly connectionId?: string
  /** The same as on the log lines of this sign-in. */
  readonly signInId?: string
}

/** A sign-in failed, or could not begin. Users are named once their ID token was verified. */
export interface LoginFailed extends AuditFields {
  /** The code of the error, e.g. `login_denied`. */
  readonly code: string
  /** The error that Scalekit named, where its name is documented. */
  readonly providerError?: string
  /** For people who read the log; a sentence that may change. */
  readonly reason: string
  /** No sign-in of this browser is known, so any visitor can cause as many as they like. */
  readonly isUnsolicited: boolean
  /** The same as on the log lines of this sign-in. */
  readonly signInId?: string
}

/**
 * What ended a session:
 *
 * - `sign-out`: its user, at `/logout` or by `auth.logout`
 * - `replaced`: another sign-in in the same browser
 * - `revoked`: `auth.revoke`
 * - `webhook`: an event of Scalekit's
 * - `back-channel-logout`: a logout token that came to `/backchannel-logout`
 * - `expired`: `session.idleSeconds` or `session.absoluteSeconds`
 * - `forgotten`: the store was emptied or replaced, or `auth.revoke('everyone')` was called
 * - `refresh-rejected`, `refresh-lost`, `refresh-mismatch`: as `req.scalekit.reason`
 * - `denied`: `authorization.resolve` denied the user
 * - `changed`: the user's roles changed, and nothing renews them
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
 * Sessions ended. `sign-out`, `replaced`, `revoked`, `webhook` and `back-channel-logout` are told when
 * they happen. The other causes are told once in each process, by the first request that brings such a
 * session.
 */
export interface SessionEnded extends AuditFields {
  readonly cause: SessionEndCause
  /** Who did it. `kit`: a rule of this package, such as a lifetime. */
  readonly by: 'user' | 'application' | 'scalekit' | 'kit'
  /** One session or access token, or all that this event's other members name; `everyone`: all of the store. */
  readonly scope: 'session' | 'token' | 'user' | 'organization' | 'everyone'
  /** The `reason` that was given to `auth.revoke`, or the type of the webhook. */
  readonly reason?: string
  /** The id of the session at Scalekit, `ses_…`. */
  readonly sid?: string
  /** The `jti` of an access token. */
  readonly tokenId?: string
  /** The `webhook-id`. A delivery that is sent again may be told again. */
  readonly deliveryId?: string
}

/** A guard, or a route of the kit, refused a request. */
export interface GuardDenied extends AuditFields {
  /** The code of the refusal, e.g. `not_signed_in`, or your own of `requireThat`. */
  readonly code: string
  /** What the request brought: a session, or an access token in the header `Authorization`. */
  readonly via?: 'session' | 'bearer'
  /** The `client_id` of an access token without a user. */
  readonly clientId?: string
  /** The `jti` of the access token, which names it for `auth.revoke`. */
  readonly tokenId?: string
  readonly method: string
  /** Without the query, which may hold anything. */
  readonly path: string
  /**
   * Why no user is signed in, as `req.scalekit.reason`. The members above then say whose session or
   * verified token the request brought.
   */
  readonly reason?: string
}

/** What an instance tells its listeners; never a secret, and nothing of a payload. */
export interface AuthEvents {
  readonly 'login.succeeded': LoginSucceeded
  readonly 'login.failed': LoginFailed
  readonly 'session.ended': SessionEnded
  readonly 'guard.denied': GuardDenied
  /** An event took effect. */
  readonly 'webhook.handled': DeliveryInfo
  /** An attempt failed, or something is odd about a delivery. */
  readonly 'webhook.failed': DeliveryInfo & {
    /** E.g. `webhook_handler_failed`, or `webhook_id_reused`: another body came under this id. */
    readonly code: string
    /** Whether it is kept as a dead letter: no further attempt is certain to come. */
    readonly isFinal: boolean
  }
  /** An event removed a user of whom no sign-in is known, so no session could be found by one. */
  readonly 'webhook.unmatched': DeliveryInfo & {
    /** How many such removals this process has seen. */
    readonly count: number
  }
}

/** Which delivery, in which attempt. */
export interface DeliveryInfo {
  readonly deliveryId: string
  readonly type: string
  readonly attempt: number
  /** Of the event, where it has one. */
  readonly organizationId?: string
}

/** Every name that {@link AuthEmitter.on} takes; a missing one does not compile. */
const eventNames: Readonly<Record<keyof AuthEvents, true>> = {
  'login.succeeded': true,
  'login.failed': true,
  'session.ended': true,
  'guard.denied': true,
  'webhook.handled': true,
  'webhook.failed': true,
  'webhook.unmatched': true,
}

/** The same as strings. */
export const authEventNames: readonly string[] = Object.keys(eventNames)

export type Emit = <Name extends keyof AuthEvents>(name: Name, event: AuthEvents[Name]) => void

/** Tells listeners; one that throws, rejects or never settles changes nothing for a request. */
export interface AuthEmitter {
  emit: Emit
  /** Whether there is a listener: without one, an event need not be made. */
  isHeard(name: keyof AuthEvents): boolean
  /**
   * @returns a function that ends it
   * @throws {@link ConfigError} for an event that does not exist
   */
  on<Name extends keyof AuthEvents>(
    name: Name,
    listener: (event: AuthEvents[Name]) => void,
  ): () => void
}

type Listener = (event: unknown) => unknown

export function authEmitter(logger: Logger): AuthEmitter {
  // Each part of an application may listen: eleven listeners are no leak.
  const emitter = new EventEmitter().setMaxListeners(0)

  return {
    isHeard: (name) => emitter.listenerCount(name) > 0,
    emit(name, event) {
      // What one listener does to it, the next one must not see.
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

/** A listener of a misspelled event would never be called, and nothing would say so. */
function assertEvent(name: unknown): void {
  if (typeof name === 'string' && authEventNames.includes(name)) return
  const nearest = typeof name === 'string' ? nearestName(name, authEventNames) : undefined
  const advice =
    nearest === undefined
      ? `use one of ${authEventNames.map((each) => `'${each}'`).join(', ')}`
      : `did you mean '${nearest}'?`
  throw new ConfigError([`auth.on() has no event ${JSON.stringify(name)}: ${advice}`])
}
