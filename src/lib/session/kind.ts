import type { IncomingMessage } from 'node:http'
import { ScalekitError } from '../errors.ts'
import { hasExpressSession } from './express-session.ts'
import type { SessionKeeper } from './session.ts'

/** Where sessions are kept: sealed in a cookie of ours, or in the application's express-session. */
export type SessionKind = 'cookie' | 'express-session'

export type Keepers = Readonly<Record<SessionKind, SessionKeeper>>

/**
 * Chooses the kind by what the application has mounted.
 *
 * Settled by the first request that asks: an application with both would show one person on some
 * of its pages and another one, or nobody, on the rest.
 */
export function detectedKind(keepers: Keepers): SessionKeeper {
  let settled: SessionKind | undefined

  function keeperFor(req: IncomingMessage): SessionKeeper {
    const kind = kindOf(req)
    settled ??= kind
    if (kind !== settled) throw changed(settled)
    return keepers[kind]
  }

  return {
    holds: (req) => keepers[kindOf(req)].holds(req),
    read: (req) => keeperFor(req).read(req),
    assertFits: (req, identity) => keeperFor(req).assertFits(req, identity),
    write: async (req, res, identity) => keeperFor(req).write(req, res, identity),
    touch(req, res, identity) {
      // Whose identity it is was read before, and that has settled the kind.
      if (settled) keepers[settled].touch(req, res, identity)
    },
    clear: async (req, res) => keeperFor(req).clear(req, res),
  }
}

function kindOf(req: IncomingMessage): SessionKind {
  return hasExpressSession(req) ? 'express-session' : 'cookie'
}

function changed(settled: SessionKind): ScalekitError {
  const [now, before] = settled === 'cookie' ? ['with', 'without'] : ['without', 'with']
  return new ScalekitError(
    'session_kind_changed',
    `This request came ${now} express-session, an earlier one ${before}`,
    {
      hint: "Mount express-session above scalekitAuth() and for every route, or set `session: 'cookie'`.",
    },
  )
}
