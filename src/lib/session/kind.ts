import type { IncomingMessage } from 'node:http'
import { ConfigError } from '../ground/errors.ts'
import { hasExpressSession } from './express-session.ts'
import type { SessionStorage } from './session-storage.ts'

/** Where sessions are kept: sealed in a cookie of ours, or in the application's express-session. */
export type SessionKind = 'cookie' | 'express-session'

export type SessionStorages = Readonly<Record<SessionKind, SessionStorage>>

/**
 * Chooses the kind by what the application has mounted.
 *
 * Settled by the first request that shows it: an application with both would show one person on
 * some of its pages and another one, or nobody, on the rest. A request with neither shows nothing:
 * `express-session` leaves no trace while its store is away.
 */
export function detectedKind(storages: SessionStorages): SessionStorage {
  let settled: SessionKind | undefined

  function storageFor(req: IncomingMessage): SessionStorage {
    const kind = kindOf(req)
    if (kind === 'express-session') settled ??= kind
    if (settled !== undefined && kind !== settled) throw changed(settled)
    return storages[kind]
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
    },
    touch(req, res, identity, arrival, mayRenew) {
      // Whose identity it is was read before, and that has settled the kind.
      if (settled) storages[settled].touch(req, res, identity, arrival, mayRenew)
    },
    clear: async (req, res, isReplaced) => storageFor(req).clear(req, res, isReplaced),
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

function changed(settled: SessionKind): ConfigError {
  const [now, before] = settled === 'cookie' ? ['with', 'without'] : ['without', 'with']
  const orElse =
    settled === 'cookie'
      ? ' In a test, pass the application to signIn(): signIn(auth, who, { app }).'
      : ' If it is already there, its store is disconnected.'
  return new ConfigError(
    'session_kind_changed',
    `This request came ${now} express-session, an earlier one ${before}`,
    {
      hint: `Mount express-session above scalekitAuth() and for every route, or set \`session: 'cookie'\`.${orElse}`,
    },
  )
}
