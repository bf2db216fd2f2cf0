import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CookieStyle, cookieName, keepFromCaches } from '../ground/cookies.ts'
import { type Logger, quote } from '../ground/log.ts'
import { storeTimeoutMs } from './express-session.ts'
import { loadExpressSession } from './load-express-session.cts'

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

/**
 * Mounts `express-session` as it should be: nothing is stored for visitors without a session, and
 * a request that its store fails goes on without one, so that public pages work; whoever asks who
 * is signed in is then refused.
 */
export function ownSession(parts: {
  readonly name: string
  readonly style: CookieStyle
  readonly store: SessionStore
  /** The first signs, all verify. */
  readonly secrets: readonly string[]
  /** How long a session lasts without a request, in seconds. */
  readonly idleSeconds: number
  readonly logger: Logger
  /** Whether the session that a request has was ended meanwhile. */
  isOver(req: IncomingMessage): boolean
}): OwnSession {
  const session = loadExpressSession()(optionsOf(parts))
  const name = cookieName(parts.name, parts.style)
  return function scalekitOwnSession(req, res, next) {
    // `express-session` sets its cookie at the last moment.
    keepFromCaches(res, {
      isRenewal: (line) => line.startsWith(`${name}=`),
      isOver: () => parts.isOver(req),
    })
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
      goOn()
    })
  }
}

function optionsOf({
  name,
  style,
  store,
  secrets,
  idleSeconds,
}: Omit<Parameters<typeof ownSession>[0], 'logger' | 'isOver'>): object {
  return {
    name: cookieName(name, style),
    store,
    secret: secrets,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    // `baseUrl` says that browsers come by https; a proxy's header only has to agree.
    proxy: style.isSecure,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      secure: style.isSecure,
      path: '/',
      maxAge: idleSeconds * 1000,
    },
  }
}
