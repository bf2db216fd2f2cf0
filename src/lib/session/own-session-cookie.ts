import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomText, sha256 } from '../ground/bytes.ts'
import { neverCache } from '../ground/caching.ts'
import type { Clock } from '../ground/clock.ts'
import {
  type CookieStyle,
  cookieName,
  cookieNames,
  readCookie,
  removeCookieLines,
  setCookieLines,
} from '../ground/cookies.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { beforeHead, orNot } from '../ground/response-head.ts'
import type { Arrival, NewestCookies } from './newest-cookies.ts'

/** Maximum number of sessions whose renewal is remembered here. The oldest is dropped first. */
const maxRenewed = 10_000

/** The settings and state that decide about the cookie of `express-session`. */
export interface OwnCookieParts {
  readonly name: string
  /** The prefix of the cookie names of sign-ins in progress. */
  readonly signInPrefix: string
  readonly style: CookieStyle
  readonly idleSeconds: number
  readonly clock: Clock
  readonly newest: NewestCookies
  /** Whether the session of a request has been ended in the meantime. */
  isOver(req: IncomingMessage): boolean
}

/** The rules for a cookie that `express-session` would set with every response. */
export interface OwnCookie {
  /**
   * Creates the id of a new session. It contains the time of creation, so that the store need not
   * be read for it.
   */
  newId(): string
  /** Applies the rules to the response of a request. */
  watch(req: IncomingMessage, res: ServerResponse): void
}

/**
 * Decides whether `express-session` may send its cookie with a response. It may if the cookie is
 * new, and once in half of the idle time if the browser already has it. It may not if the cookie is
 * no longer the newest one: its session has ended, or the browser received another cookie from a
 * faster response.
 */
export function ownCookie(parts: OwnCookieParts): OwnCookie {
  const { style, clock, newest } = parts
  const halfIdleMs = (parts.idleSeconds * 1000) / 2
  const name = cookieName(parts.name, style)
  const renewedAt = expiringMap<number>(clock, { maxEntries: maxRenewed })
  const watched = new WeakSet<IncomingMessage>()

  /** Identifies the browser by the kit's cookies in the request. */
  function namesIn(req: IncomingMessage, brought = broughtBy(req)): string[] {
    const signIns = cookieNames(req).filter((each) => each.startsWith(parts.signInPrefix))
    return brought === undefined ? signIns : [sha256(brought).toString('base64url'), ...signIns]
  }

  function broughtBy({ headers }: IncomingMessage): string | undefined {
    return readCookie(headers.cookie, name)
  }

  function isDue(sessionId: string): boolean {
    const sentAt = renewedAt.get(sessionId) ?? madeAt(sessionId)
    return sentAt === undefined || clock() - sentAt >= halfIdleMs
  }

  /**
   * Records a renewal. A response that is aborted delivers no cookie, so the next response has to.
   */
  function renew(sessionId: string, res: ServerResponse): void {
    renewedAt.set(sessionId, clock(), clock() + 2 * halfIdleMs)
    const forgetIfLost = () => void (res.writableFinished || renewedAt.delete(sessionId))
    res.once?.('close', forgetIfLost)
  }

  function maySet(req: IncomingMessage, res: ServerResponse, arrival: Arrival): boolean {
    return orNot(() => isToSet(req, res, arrival))
  }

  function isToSet(req: IncomingMessage, res: ServerResponse, arrival: Arrival): boolean {
    const act = newest.actOf(req)
    if (act === 'ends' && newest.isReplaced(namesIn(req), arrival)) return false
    if (act !== undefined) {
      if (act === 'begins') newest.began(namesIn(req))
      else newest.sent(namesIn(req))
      return true
    }
    const brought = broughtBy(req)
    const { sessionID } = req as IncomingMessage & { readonly sessionID: string }
    const isNew = sessionID !== sessionIdIn(brought)
    if (!isNew && !isDue(sessionID)) return false
    if (parts.isOver(req) || newest.isLate(namesIn(req), arrival)) return false
    // The application began another session, which replaces the one in the browser's cookie.
    if (isNew) newest.sent(namesIn(req).slice(0, brought === undefined ? 0 : 1))
    else if (newest.hasOutlasted(arrival)) return false
    else renew(sessionID, res)
    return true
  }

  function settle(req: IncomingMessage, res: ServerResponse, arrival: Arrival): void {
    const lines = setCookieLines(res)
    const isOurs = (line: string) => line.startsWith(`${name}=`)
    if (!lines.some(isOurs)) return
    if (!maySet(req, res, arrival)) {
      removeCookieLines(res, isOurs)
      return
    }
    if (style.isSecure) {
      const all = lines.map((line) => (isOurs(line) ? secured(line) : line))
      res.setHeader('Set-Cookie', all)
    }
    neverCache(res)
  }

  return {
    newId: () => timeText(clock()) + randomText(256),
    watch(req, res) {
      if (watched.has(req)) return
      watched.add(req)
      const arrival = newest.arrival()
      let isSettled = false
      beforeHead(res, () => {
        if (!isSettled) settle(req, res, arrival)
        isSettled = true
      })
    },
  }
}

/** The number of characters of an id that hold its time of creation, and its total length. */
const [timeLength, idLength] = [9, 52]

function timeText(now: number): string {
  return now.toString(36).padStart(timeLength, '0')
}

/** When an id was created; `undefined` for an id that `express-session` generated. */
function madeAt(sessionId: string): number | undefined {
  if (sessionId.length !== idLength) return undefined
  return Number.parseInt(sessionId.slice(0, timeLength), 36)
}

/**
 * Reads the id from a cookie value of `express-session`. The signature is checked by
 * `express-session`.
 */
function sessionIdIn(value: string | undefined): string | undefined {
  return /^s(?::|%3A)([^.]+)\./i.exec(value ?? '')?.[1]
}

/**
 * Adds the attribute `Secure`. `express-session` itself omits the attribute, or the whole cookie,
 * if a proxy does not report https.
 */
function secured(line: string): string {
  return /; Secure\b/.test(line) ? line : line.replace('; HttpOnly', '; HttpOnly; Secure')
}
