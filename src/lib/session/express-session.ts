import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../ground/clock.ts'
import { cookieNames, readCookie, removeCookieLines, setCookieLines } from '../ground/cookies.ts'
import { ConfigError, ScalekitError } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import { beforeHead, orNot } from '../ground/response-head.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import type { SealedIdentity } from './sealed-identity.ts'
import type { SessionStorage } from './session-storage.ts'

/** Maximum duration of one call of the application's session store, in milliseconds. */
export const storeTimeoutMs = 2000

type Done = (error?: unknown) => void

/** The cookie settings of an `express-session` session. */
interface SessionCookie {
  expires: Date | null | undefined | false
  /** The lifetime without a request, in milliseconds. Absent if the cookie has no such lifetime. */
  readonly originalMaxAge?: number | null | undefined
  serialize(name: string, value: string): string
}

/** The members that `express-session` adds to a request and that are used here. */
interface ExpressSessionRequest extends IncomingMessage {
  readonly sessionID: string
  readonly sessionStore: {
    regenerate(req: IncomingMessage, done: Done): void
    destroy(sessionId: string, done: Done): void
  }
  session?:
    | (Record<string, unknown> & { save(done: Done): void; readonly cookie: SessionCookie })
    | undefined
}

/**
 * Whether `express-session` ran for this request. Other middleware may set `req.session` as well.
 */
export function hasExpressSession(req: IncomingMessage): req is ExpressSessionRequest {
  const request = req as Partial<ExpressSessionRequest>
  // The store is checked first: usually it is absent, and that check is the fastest.
  const hasStore = typeof request.sessionStore?.regenerate === 'function'
  return hasStore && typeof request.sessionID === 'string'
}

/**
 * Stores the identity in the application's `req.session`, sealed. A value that the application
 * copies from a request into its session can therefore not impersonate a user, and the session
 * store does not reveal who is signed in.
 *
 * `express-session` decides how long a session lasts without a request.
 */
export function expressSession(parts: {
  /** The member of `req.session` that the kit uses. */
  readonly key: string
  /** The members that are kept when another user signs in. */
  readonly keep: readonly string[]
  readonly sealed: SealedIdentity
  readonly clock: Clock
  readonly logger: Logger
}): SessionStorage {
  const { key, keep, sealed, clock, logger } = parts
  const ended = new WeakSet<IncomingMessage>()

  function valueIn(req: IncomingMessage): string | undefined {
    const value = hasExpressSession(req) ? req.session?.[key] : undefined
    return typeof value === 'string' ? value : undefined
  }

  return {
    holds: (req) => valueIn(req) !== undefined,
    read(req) {
      assertMounted(req)
      if (!req.session && !ended.has(req)) throw withoutSession()
      const value = valueIn(req)
      return value === undefined ? undefined : sealed.open(value)
    },
    isInBrowser: () => false,
    // A server-side store has no size limit that matters here.
    assertFits() {},
    async write(req, res, identity, isSamePerson) {
      assertMounted(req)
      const { absoluteExpiresAt } = identity
      const { cookie: _cookie, ...data } = req.session ?? {}
      const kept = isSamePerson ? data : pick(data, keep)
      const value = sealed.seal({ ...identity, idleExpiresAt: absoluteExpiresAt })
      await replaceSession(req, { ...kept, [key]: value })
      warnAboutCookie(req, res, logger)
    },
    touch() {},
    idleEndOf(req, { idleExpiresAt }) {
      const cookie = hasExpressSession(req) ? req.session?.cookie : undefined
      return cookie ? Math.min(endOf(cookie, clock()), idleExpiresAt) : idleExpiresAt
    },
    async clear(req, res, isReplaced) {
      assertMounted(req)
      if (valueIn(req) === undefined) return
      if (req.session) clearCookie(req, res, req.session.cookie, isReplaced)
      req.session = undefined
      ended.add(req)
      await called((done) => req.sessionStore.destroy(req.sessionID, done))
    },
  }
}

/**
 * Returns when a session ends for lack of use. Stores such as `connect-redis` return it with the
 * `expires` of its last change, and count later uses elsewhere. A store does not return a session
 * that is over, so if `expires` has passed, this request begins the idle time anew.
 */
function endOf({ expires, originalMaxAge }: SessionCookie, now: number): number {
  // A cookie without an end lasts as long as the browser does.
  if (!(expires instanceof Date)) return Number.POSITIVE_INFINITY
  const isOutdated = expires.getTime() <= now && typeof originalMaxAge === 'number'
  return isOutdated ? now + originalMaxAge : expires.getTime()
}

/**
 * Replaces the session by one with a new id and only this data. It is stored before any response
 * can contain the new id.
 */
async function replaceSession(req: ExpressSessionRequest, data: object): Promise<void> {
  try {
    await called((done) => req.sessionStore.regenerate(req, done))
    await called((done) => Object.assign(req.session!, data).save(done))
  } catch (error) {
    // Without a session, `express-session` sends no session cookie.
    req.session = undefined
    throw error
  }
}

function called(call: (done: Done) => void): Promise<void> {
  const work = new Promise<void>((resolve, reject) => {
    call((error) => (error ? reject(error) : resolve()))
  })
  return withTimeout(storeTimeoutMs, work)
}

/**
 * Clears the cookie, which `express-session` leaves in the browser. Chromium can show `no-store`
 * pages after a back navigation, but not once an HttpOnly cookie has been removed.
 *
 * @see https://developer.chrome.com/docs/web-platform/bfcache-ccns
 */
function clearCookie(
  req: ExpressSessionRequest,
  res: ServerResponse,
  cookie: SessionCookie,
  isReplaced: () => boolean,
): void {
  const id = encodeURIComponent(req.sessionID)
  const name = cookieNames(req).find((each) => readCookie(req.headers.cookie, each)?.includes(id))
  if (name === undefined) return
  cookie.expires = new Date(0)
  const cleared = cookie.serialize(name, '')
  res.appendHeader('Set-Cookie', cleared)
  beforeHead(res, () => {
    if (orNot(isReplaced)) removeCookieLines(res, (line) => line === cleared)
  })
}

function pick(data: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name)))
}

function assertMounted(req: IncomingMessage): asserts req is ExpressSessionRequest {
  if (hasExpressSession(req)) return
  throw new ConfigError('session_not_mounted', 'express-session did not run for this request', {
    hint: 'Mount express-session above scalekitAuth(). If it is already there, its store is disconnected.',
  })
}

/**
 * The error for a request without `req.session`. `express-session` omits it when its store fails,
 * so the request may still come from a signed-in user.
 */
function withoutSession(): ScalekitError {
  return new ScalekitError('store_unavailable', 'express-session has no session for this request')
}

/** Warns about the most common causes of a sign-in loop. */
function warnAboutCookie(req: ExpressSessionRequest, res: ServerResponse, logger: Logger): void {
  const id = encodeURIComponent(req.sessionID)
  res.once('finish', () => {
    const problem = problemOf(setCookieLines(res).find((line) => line.includes(id)))
    if (problem) logger.error(problem)
  })
}

function problemOf(setCookie: string | undefined): string | undefined {
  if (setCookie === undefined) {
    return 'express-session sent no cookie for the new session: with `cookie.secure` behind a proxy, write app.set("trust proxy", 1)'
  }
  if (!/; *samesite=strict/i.test(setCookie)) return undefined
  return 'express-session sends its cookie with SameSite=Strict, so browsers do not send it on the way back from Scalekit: set `cookie.sameSite` to "lax"'
}
