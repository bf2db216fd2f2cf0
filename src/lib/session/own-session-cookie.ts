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

/** At most this many sessions are remembered that were renewed here; the oldest go first. */
const maxRenewed = 10_000

/** What decides about the cookie that `express-session` sets. */
export interface OwnCookieParts {
  readonly name: string
  /** What the names of the cookies of sign-ins in progress begin with. */
  readonly signInPrefix: string
  readonly style: CookieStyle
  readonly idleSeconds: number
  readonly clock: Clock
  readonly newest: NewestCookies
  /** Whether the session that a request has was ended meanwhile. */
  isOver(req: IncomingMessage): boolean
}

/** The rules for a cookie that `express-session` would set with every response. */
export interface OwnCookie {
  /** The id of a new session. It says when the session began, so that no store has to be asked. */
  newId(): string
  /** Applies the rules to the response of a request. */
  watch(req: IncomingMessage, res: ServerResponse): void
}

/**
 * Lets the cookie pass when it is new, and once in half of the idle time when the browser has it. It
 * never passes when it is not the newest any more: the session is over, or the browser got another one
 * from a response that was faster.
 */
export function ownCookie(parts: OwnCookieParts): OwnCookie {
  const { style, clock, newest } = parts
  const halfIdleMs = (parts.idleSeconds * 1000) / 2
  const name = cookieName(parts.name, style)
  const renewedAt = expiringMap<number>(clock, { maxEntries: maxRenewed })
  const watched = new WeakSet<IncomingMessage>()

  /** The browser, by the cookies of ours that it brought. */
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

  /** A response that breaks off brings the browser nothing, so the next one has to. */
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
    // The application began another session, in place of the one that the browser brought.
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

/** How many characters of an id say when it was made, and how many there are. */
const [timeLength, idLength] = [9, 52]

function timeText(now: number): string {
  return now.toString(36).padStart(timeLength, '0')
}

/** When an id was made; nothing of an id that `express-session` made itself. */
function madeAt(sessionId: string): number | undefined {
  if (sessionId.length !== idLength) return undefined
  return Number.parseInt(sessionId.slice(0, timeLength), 36)
}

/** The id in a value of `express-session`, whose signature is checked there. */
function sessionIdIn(value: string | undefined): string | undefined {
  return /^s(?::|%3A)([^.]+)\./i.exec(value ?? '')?.[1]
}

/** Express-session would leave the cookie out, or the attribute, where a proxy does not say https. */
function secured(line: string): string {
  return /; Secure\b/.test(line) ? line : line.replace('; HttpOnly', '; HttpOnly; Secure')
}
