import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../ground/clock.ts'
import { type CookieStyle, cookieName, removeCookieLines } from '../ground/cookies.ts'
import { ConfigError } from '../ground/errors.ts'
import { beforeHead, orNot } from '../ground/response-head.ts'
import type { Sealer } from '../ground/seal.ts'
import type { Identity } from '../ground/types.ts'
import { chunkedCookie, maxValueLength } from './chunked-cookie.ts'
import { sealedIdentity } from './sealed-identity.ts'
import { hasEnded, type SessionStorage } from './session-storage.ts'

/**
 * Stores the identity in the browser, sealed as a whole.
 *
 * Reading is synchronous. A cookie that was seen recently is not decrypted again.
 */
export function sealedCookie(parts: {
  readonly name: string
  readonly style: CookieStyle
  readonly seal: Sealer
  /** How long a session lasts without a request, in seconds. */
  readonly idleSeconds: number
  readonly clock: Clock
}): SessionStorage {
  const { style, seal, clock } = parts
  const idleMs = parts.idleSeconds * 1000
  const name = cookieName(parts.name, style)
  const cookie = chunkedCookie(name, style)
  const sealed = sealedIdentity(seal, name)

  function send(
    req: IncomingMessage,
    res: ServerResponse,
    value: string,
    { absoluteExpiresAt }: Identity,
  ): void {
    cookie.write(req, res, value, Math.ceil((absoluteExpiresAt - clock()) / 1000))
  }

  /** Returns the identity with the full idle time from now on, at most until its absolute end. */
  function renewed(identity: Identity): Identity {
    const idleExpiresAt = Math.min(clock() + idleMs, identity.absoluteExpiresAt)
    return { ...identity, idleExpiresAt }
  }

  /**
   * Whether the idle time has to be renewed: half of it has passed, and a renewal would extend it.
   * Most responses therefore set no cookie.
   */
  function isDue(identity: Identity): boolean {
    if (identity.idleExpiresAt - clock() > idleMs / 2) return false
    return renewed(identity).idleExpiresAt > identity.idleExpiresAt
  }

  const isCleared = (line: string) => line.startsWith(`${name}=;`) || line.startsWith(`${name}.1=;`)

  function read(req: IncomingMessage): Identity | undefined {
    const value = cookie.read(req)
    return value === undefined || value.length > maxValueLength ? undefined : sealed.open(value)
  }

  return {
    holds: (req) => read(req) !== undefined,
    read,
    isInBrowser: () => true,
    assertFits: (_req, identity) => assertFits(sealed.seal(identity), identity),
    async write(req, res, identity) {
      const value = sealed.seal(identity)
      assertFits(value, identity)
      send(req, res, value, identity)
    },
    touch(req, res, identity, arrival, mayRenew) {
      if (!isDue(identity) || !takesCookies(res)) return
      let isAsked = false
      // Added when the header is written, because the handler may replace all cookies until then.
      beforeHead(res, () => {
        if (isAsked) return
        isAsked = true
        if (hasEnded(identity, clock()) || !mayRenew(identity, arrival)) return
        send(req, res, sealed.seal(renewed(identity)), identity)
      })
    },
    idleEndOf: (_req, { idleExpiresAt }) => idleExpiresAt,
    async clear(req, res, isReplaced) {
      cookie.clear(req, res)
      beforeHead(res, () => {
        if (orNot(isReplaced)) removeCookieLines(res, isCleared)
      })
    },
  }
}

/** False if the header was sent already, and for the stand-in response of a WebSocket upgrade. */
function takesCookies(res: ServerResponse): boolean {
  return !res.headersSent && 'appendHeader' in res
}

/** Refuses a cookie that is too large: proxies would refuse every later request of the browser. */
function assertFits(value: string, identity: Identity): void {
  if (value.length <= maxValueLength) return
  throw new ConfigError(
    'session_too_large',
    `The session needs ${value.length} bytes of cookies; the limit is ${maxValueLength}`,
    { hint: `Its largest parts are ${largestParts(identity)}.` },
  )
}

function largestParts({ claims, user, ...others }: Identity): string {
  const parts = [...named('claims.', claims), ...named('user.', user), ...named('', others)]
  return parts
    .map(({ name, value }) => ({ name, size: JSON.stringify(value)?.length ?? 0 }))
    .sort((one, other) => other.size - one.size)
    .slice(0, 3)
    .map(({ name, size }) => `${name} (${size})`)
    .join(', ')
}

function named(prefix: string, parts: object = {}): { name: string; value: unknown }[] {
  return Object.entries(parts).map(([name, value]) => ({ name: prefix + name, value }))
}
