import type { IncomingMessage, ServerResponse } from 'node:http'
import { cookieName, readCookie } from '../ground/cookies.ts'
import { type Logger, quote } from '../ground/log.ts'
import { startTimeLimit } from '../ground/time-limit.ts'
import { storeTimeoutMs } from './express-session.ts'
import { loadExpressSession } from './load-express-session.cts'
import { type OwnCookieParts, ownCookie } from './own-session-cookie.ts'
import { isSignedByOther } from './own-session-signature.ts'

/**
 * A store for `express-session`, e.g. of `connect-redis` or `connect-pg-simple`. Only the kit
 * passes it to `express-session`, which has the exact types of the arguments.
 */
export interface SessionStore {
  get(sessionId: string, done: never): unknown
  set(sessionId: string, session: never, done?: never): unknown
  destroy(sessionId: string, done?: never): unknown
  regenerate(req: never, done: never): unknown
  createSession(req: never, session: never): unknown
  on(event: string, listener: never): unknown
}

/** Runs before any reader of the session. It always calls `next`, at the latest after a timeout. */
export type OwnSession = (req: IncomingMessage, res: ServerResponse, next: () => void) => void

/** The parts needed to mount `express-session`. */
export interface OwnSessionParts extends OwnCookieParts {
  readonly store: SessionStore
  /** The first secret signs; all secrets verify. */
  readonly secrets: readonly string[]
  readonly logger: Logger
  /** Called for a cookie that was signed by a secret which is not in the list. */
  readonly onUnknownKey: () => void
}

/**
 * Mounts `express-session` with the recommended settings. No session is stored for a user who has
 * not signed in. If the store fails, the request continues without a session, so that public pages
 * work. A guard then refuses the request, because it cannot tell who is signed in.
 */
export function ownSession(parts: OwnSessionParts): OwnSession {
  const cookie = ownCookie(parts)
  const session = loadExpressSession()(optionsOf(parts, cookie.newId))
  return function scalekitOwnSession(req, res, next) {
    // `express-session` sets its cookie right before the header is written, so this check has to
    // run after it.
    cookie.watch(req, res)
    let isWaiting = true
    const goOn = () => {
      if (!isWaiting) return
      isWaiting = false
      next()
    }
    const stopWaiting = startTimeLimit(storeTimeoutMs, goOn)
    // `express-session` calls this a second time, with an error, if the session cannot be saved
    // after the response.
    session(req, res, (error) => {
      if (error) parts.logger.error(`The session store failed: ${quote(String(error))}`)
      stopWaiting()
      sendAnyway(req)
      goOn()
    })
  }
}

/** Sessions that older versions stored are marked as https-only; this removes the mark. */
function sendAnyway(req: IncomingMessage): void {
  const { session } = req as { readonly session?: { readonly cookie: { secure: boolean } } }
  if (session) session.cookie.secure = false
}

function optionsOf(
  { name: plainName, style, store, secrets, idleSeconds, onUnknownKey }: OwnSessionParts,
  newId: () => string,
): object {
  const name = cookieName(plainName, style)
  return {
    name,
    store,
    secret: secrets,
    // Only called for requests without a session, so that others need no second look at their cookie.
    genid({ headers }: IncomingMessage): string {
      const brought = readCookie(headers.cookie, name)
      if (brought !== undefined && isSignedByOther(brought, secrets)) onUnknownKey()
      return newId()
    },
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      // `baseUrl` says that browsers use https. With `secure: true`, `express-session` would send
      // no cookie if a proxy does not report https as well. Instead, the attribute is added to the
      // cookie that it sends.
      secure: false,
      path: '/',
      maxAge: idleSeconds * 1000,
    },
  }
}
