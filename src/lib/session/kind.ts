import type { IncomingMessage, ServerResponse } from 'node:http'
import { ConfigError } from '../ground/errors.ts'
import { hasExpressSession } from './express-session.ts'
import type { SessionStorage } from './session-storage.ts'

/** Where sessions are kept: sealed in a cookie of ours, or in the application's express-session. */
export type SessionKind = 'cookie' | 'express-session'

export type SessionStorages = Readonly<Record<SessionKind, SessionStorage>>

/** How what {@link detectedKind} finds is told. */
export interface KindDetection {
  /** Called where sessions in cookies are over, because the application has `express-session`. */
  onFound?(): void
}

/**
 * Chooses the kind by what the application has mounted.
 *
 * Settled by the first request that shows it: an application with both would show one person on
 * some of its pages and another one, or nobody, on the rest. A request with neither shows nothing:
 * `express-session` leaves no trace while its store is away. So a sign-in meanwhile goes into a
 * cookie, and that settles it only until a request comes with `express-session`: from then on, the
 * cookie is no session any more, and a request without is a mistake or another outage.
 */
export function detectedKind(
  storages: SessionStorages,
  { onFound }: KindDetection = {},
): SessionStorage {
  let settled: SessionKind | undefined

  function storageFor(req: IncomingMessage): SessionStorage {
    const kind = kindOf(req)
    if (kind === 'express-session') {
      if (settled === 'cookie') onFound?.()
      settled = kind
    }
    if (settled === 'express-session' && kind !== settled) throw changed()
    return storages[kind]
  }

  /** A session in a cookie must not come back when the store is away again. */
  async function forgetCookie(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const isLeft = settled === 'express-session' && storages.cookie.holds(req)
    if (isLeft) await storages.cookie.clear(req, res, () => false)
  }

  return {
    holds: (req) => storages[kindOf(req)].holds(req),
    read(req) {
      const identity = storageFor(req).read(req)
      if (identity) settled ??= 'cookie'
      return identity
    },
    isInBrowser: (req) => storageFor(req).isInBrowser(req),
    assertFits: (req, identity) => storageFor(req).assertFits(req, identity),
    async write(req, res, identity, isSamePerson) {
      await storageFor(req).write(req, res, identity, isSamePerson)
      settled ??= 'cookie'
      await forgetCookie(req, res)
    },
    touch(req, res, identity, arrival, mayRenew) {
      // Whose identity it is was read before, and that has settled the kind.
      if (settled) storages[settled].touch(req, res, identity, arrival, mayRenew)
    },
    async clear(req, res, isReplaced) {
      await storageFor(req).clear(req, res, isReplaced)
      await forgetCookie(req, res)
    },
  }
}

/** Where the session of a request is kept, in words. */
export function storageText(kind: 'auto' | SessionKind, req: IncomingMessage): string {
  const isExpressSession = (kind === 'auto' ? kindOf(req) : kind) === 'express-session'
  return isExpressSession ? 'req.session' : 'a sealed cookie'
}

function kindOf(req: IncomingMessage): SessionKind {
  return hasExpressSession(req) ? 'express-session' : 'cookie'
}

function changed(): ConfigError {
  return new ConfigError(
    'session_kind_changed',
    'This request came without express-session, an earlier one with',
    {
      hint: "Mount express-session above scalekitAuth() and for every route, or set `session: 'cookie'`. If it is already there, its store is disconnected.",
    },
  )
}
