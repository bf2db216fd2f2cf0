import type { IncomingMessage } from 'node:http'
import { ScalekitError } from '../ground/errors.ts'
import { hasExpressSession } from './express-session.ts'
import type { SessionKeeper } from './session.ts'

/** Where sessions are kept: sealed in a cookie of ours, or in the application's express-session. */
export type SessionKind = 'cookie' | 'express-session'

export type Keepers = Readonly<Record<SessionKind, SessionKeeper>>

/**
 * Chooses the kind by what the application has mounted.
 *
 * Settled by the first request that shows it: an application with both would show one person on
 * some of its pages and another one, or nobody, on the rest. A request with neither shows nothing:
 * `express-session` leaves no trace while its store is away.
 */
export function detectedKind(keepers: Keepers): SessionKeeper {
  let settled: SessionKind | undefined

  function keeperFor(req: IncomingMessage): SessionKeeper {
    const kind = kindOf(req)
    if (kind === 'express-session') settled ??= kind
    if (settled !== undefined && kind !== settled) throw changed(settled)
    return keepers[kind]
  }

  return {
    holds: (req) => keepers[kindOf(req)].holds(req),
    read(req) {
      const identity = keeperFor(req).read(req)
      if (identity) settled ??= 'cookie'
      return identity
    },
    assertFits: (req, identity) => keeperFor(req).assertFits(req, identity),
    async write(req, res, identity) {
      await keeperFor(req).write(req, res, identity)
      settled ??= 'cookie'
    },
    touch(req, res, identity, isDead) {
      // Whose identity it is was read before, and that has settled the kind.
      if (settled) keepers[settled].touch(req, res, identity, isDead)
    },
    clear: async (req, res) => keeperFor(req).clear(req, res),
  }
}

function kindOf(req: IncomingMessage): SessionKind {
  return hasExpressSession(req) ? 'express-session' : 'cookie'
}

function changed(settled: SessionKind): ScalekitError {
  const [now, before] = settled === 'cookie' ? ['with', 'without'] : ['without', 'with']
  const orElse = settled === 'cookie' ? '' : ' If it is mounted so, its store is disconnected.'
  return new ScalekitError(
    'session_kind_changed',
    `This request came ${now} express-session, an earlier one ${before}`,
    {
      hint: `Mount express-session above scalekitAuth() and for every route, or set \`session: 'cookie'\`.${orElse}`,
    },
  )
}
