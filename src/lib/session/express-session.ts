import type { IncomingMessage, ServerResponse } from 'node:http'
import { cookieNames, readCookie, removeCookieLines, setCookieLines } from '../ground/cookies.ts'
import { ConfigError, ScalekitError } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import { beforeHead, orNot } from '../ground/response-head.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import type { SealedIdentity } from './sealed-identity.ts'
import type { SessionStorage } from './session-storage.ts'

/** How long one call of the application's session store may take, in milliseconds. */
export const storeTimeoutMs = 2000

type Done = (error?: unknown) => void

/** How `express-session` sends the cookie of a session. */
interface SessionCookie {
  expires: Date
  serialize(name: string, value: string): string
}

/** What `express-session` puts on a request, as far as it is used here. */
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

/** Whether `express-session` ran for this request; anything else may be called `req.session`. */
export function hasExpressSession(req: IncomingMessage): req is ExpressSessionRequest {
  const request = req as Partial<ExpressSessionRequest>
  // The store first: mostly there is none, and to look for nothing takes longest.
  const hasStore = typeof request.sessionStore?.regenerate === 'function'
  return hasStore && typeof request.sessionID === 'string'
}

/**
 * Keeps the identity in the application's `req.session`, sealed: whatever an application copies
 * from a request into its session becomes nobody, and the store never shows who is signed in.
 *
 * How long a session lasts without a request is up to `express-session`.
 */
export function expressSession(parts: {
  /** The member of `req.session` that is ours. */
  readonly key: string
  /** The members that outlive a sign-in of another person. */
  readonly keep: readonly string[]
  readonly sealed: SealedIdentity
  readonly logger: Logger
}): SessionStorage {
  const { key, keep, sealed, logger } = parts
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
    // A store takes whatever there is.
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

/** A new session id and nothing but these data, in the store before any answer can name it. */
async function replaceSession(req: ExpressSessionRequest, data: object): Promise<void> {
  try {
    await called((done) => req.sessionStore.regenerate(req, done))
    await called((done) => Object.assign(req.session!, data).save(done))
  } catch (error) {
    // Without a session `express-session` sends no cookie for one.
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
 * `express-session` leaves its cookie with the browser. Chromium keeps pages in spite of `no-store`
 * and shows them when its user goes back, but not after an HttpOnly cookie went.
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

/** `express-session` leaves it out when its store fails; that says nothing about who is asking. */
function withoutSession(): ScalekitError {
  return new ScalekitError('store_unavailable', 'express-session has no session for this request')
}

/** The commonest reasons for a sign-in that goes around in circles. */
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
