import type { IncomingMessage, ServerResponse } from 'node:http'
import { cookieName } from '../ground/cookies.ts'
import { type Logger, quote } from '../ground/log.ts'
import { storeTimeoutMs } from './express-session.ts'
import { loadExpressSession } from './load-express-session.cts'
import { type OwnCookieParts, ownCookie } from './own-session-cookie.ts'

/**
 * A store for `express-session`, e.g. of `connect-redis` or `connect-pg-simple`. Only we hand it to
 * `express-session`, which has the types of what it is called with.
 */
export interface SessionStore {
  get(sessionId: string, done: never): unknown
  set(sessionId: string, session: never, done?: never): unknown
  destroy(sessionId: string, done?: never): unknown
  regenerate(req: never, done: never): unknown
  createSession(req: never, session: never): unknown
  on(event: string, listener: never): unknown
}

/** Runs before whatever asks for a session; what it waits for always ends. */
export type OwnSession = (req: IncomingMessage, res: ServerResponse, next: () => void) => void

/** What it takes to mount `express-session`. */
export interface OwnSessionParts extends OwnCookieParts {
  readonly store: SessionStore
  /** The first signs, all verify. */
  readonly secrets: readonly string[]
  readonly logger: Logger
}

/**
 * Mounts `express-session` as it should be: nothing is stored for visitors without a session, and
 * a request that its store fails goes on without one, so that public pages work; whoever asks who
 * is signed in is then refused.
 */
export function ownSession(parts: OwnSessionParts): OwnSession {
  const cookie = ownCookie(parts)
  const session = loadExpressSession()(optionsOf(parts, cookie.newId))
  return function scalekitOwnSession(req, res, next) {
    // `express-session` sets its cookie at the last moment, so this comes after it.
    cookie.watch(req, res)
    let isWaiting = true
    const goOn = () => {
      if (!isWaiting) return
      isWaiting = false
      next()
    }
    const timer = setTimeout(goOn, storeTimeoutMs)
    // Called once more, with an error, when a session cannot be saved after the answer.
    session(req, res, (error) => {
      if (error) parts.logger.error(`The session store failed: ${quote(String(error))}`)
      clearTimeout(timer)
      sendAnyway(req)
      goOn()
    })
  }
}

/** What the versions before stored says that its cookie is for https alone. */
function sendAnyway(req: IncomingMessage): void {
  const { session } = req as { readonly session?: { readonly cookie: { secure: boolean } } }
  if (session) session.cookie.secure = false
}

function optionsOf(
  { name, style, store, secrets, idleSeconds }: OwnSessionParts,
  newId: () => string,
): object {
  return {
    name: cookieName(name, style),
    store,
    secret: secrets,
    genid: newId,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      // `baseUrl` says that browsers come by https. Told so, `express-session` would send no cookie
      // where a proxy does not say it, too; the attribute is added to the cookie that it sends.
      secure: false,
      path: '/',
      maxAge: idleSeconds * 1000,
    },
  }
}
