import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { type CookieStyle, clearCookie, cookieName, readCookie, setCookie } from '../cookies.ts'
import { ScalekitError } from '../errors.ts'
import { deepFreeze } from '../freeze.ts'
import type { Sealer } from '../seal.ts'
import type { Identity } from '../types.ts'
import { recentlyOpened } from './recently-opened.ts'
import type { SessionKeeper } from './session.ts'

/** What browsers keep of one cookie, name, value and attributes together, in bytes. */
const maxCookieBytes = 4096
/** What the attributes of our cookie take of that. */
const attributesBytes = 128

/**
 * Keeps the identity in the browser, in one sealed cookie.
 *
 * Reading is synchronous and, for a cookie seen lately, does not decrypt again.
 */
export function sealedCookie(parts: {
  readonly name: string
  readonly style: CookieStyle
  readonly seal: Sealer
  /** How long a session lasts without a request, in seconds. */
  readonly idleSeconds: number
  readonly clock: Clock
}): SessionKeeper {
  const { style, seal, clock } = parts
  const idleMs = parts.idleSeconds * 1000
  const name = cookieName(parts.name, style)
  const opened = recentlyOpened((value) => openIdentity(seal.open(value, name)))

  function send(res: ServerResponse, identity: Identity): void {
    const value = seal.seal(JSON.stringify(identity), name)
    assertFits(name, value, identity)
    const maxAgeSeconds = Math.ceil((identity.absoluteExpiresAt - clock()) / 1000)
    setCookie(res, { name, value, maxAgeSeconds }, style)
  }

  return {
    read(req: IncomingMessage) {
      const value = readCookie(req.headers.cookie, name)
      return value === undefined || value.length > maxCookieBytes ? undefined : opened(value)
    },
    async write(_req: IncomingMessage, res: ServerResponse, identity: Identity) {
      send(res, identity)
    },
    // Once in half of the idle time, so that an ordinary answer sets no cookie.
    touch(res: ServerResponse, identity: Identity) {
      const now = clock()
      if (identity.idleExpiresAt - now > idleMs / 2 || res.headersSent) return
      const idleExpiresAt = Math.min(now + idleMs, identity.absoluteExpiresAt)
      if (idleExpiresAt > identity.idleExpiresAt) send(res, { ...identity, idleExpiresAt })
    },
    async clear(_req: IncomingMessage, res: ServerResponse) {
      clearCookie(res, name, style)
    },
  }
}

function openIdentity(text: string | undefined): Identity | undefined {
  // Only `write` can have made what opens here, so its shape is known.
  const identity = text === undefined ? undefined : (JSON.parse(text) as Identity)
  return identity?.v === 1 ? deepFreeze(identity) : undefined
}

/** A browser drops a larger cookie without a word, and the user would be back at the door. */
function assertFits(name: string, value: string, identity: Identity): void {
  const bytes = name.length + value.length + attributesBytes
  if (bytes <= maxCookieBytes) return
  throw new ScalekitError(
    'session_too_large',
    `The session needs ${bytes} bytes of cookie; browsers keep ${maxCookieBytes}`,
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
