import type { IncomingMessage, ServerResponse } from 'node:http'
import { ConfigError } from '../ground/errors.ts'
import { hasExpressSession } from './express-session.ts'
import type { SessionStorage } from './session-storage.ts'

/** The place of sessions: sealed in the kit's cookie, or in the application's express-session. */
export type SessionKind = 'cookie' | 'express-session'

export type SessionStorages = Readonly<Record<SessionKind, SessionStorage>>

/** Callbacks of {@link detectedKind}. */
export interface KindDetection {
  /**
   * Called when sessions in cookies end, because the application turned out to use
   * `express-session`.
   */
  onFound?(): void
}

/**
 * Chooses the kind of session by the middleware that the application has mounted.
 *
 * The first request that shows the kind decides it. If both kinds were used, some pages could show
 * one user and the others another user or none. A request with neither decides nothing, because
 * `express-session` leaves no trace while its store is unreachable. A sign-in during such an outage
 * is stored in a cookie, until a request arrives with `express-session`. From then on the cookie is
 * ignored. A later request without `express-session` is then an error: a mistake, or another
 * outage.
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

  /** Clears the cookie, so that its session does not return at the store's next outage. */
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
      // The identity was read before, and reading it has decided the kind.
      if (settled) storages[settled].touch(req, res, identity, arrival, mayRenew)
    },
    idleEndOf: (req, identity) => storages[kindOf(req)].idleEndOf(req, identity),
    async clear(req, res, isReplaced) {
      await storageFor(req).clear(req, res, isReplaced)
      await forgetCookie(req, res)
    },
  }
}

/** Names the place of a request's session, for a log line. */
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
