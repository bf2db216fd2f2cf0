import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Bearer } from '../auth/bearer.ts'
import type { Presented } from '../auth/presented.ts'
import { attach } from './instance/context.ts'
import type { Instance } from './instance/instance.ts'
import { bearerIn } from './request/bearer-header.ts'
import type { Middleware, Next } from './request/middleware.ts'
import { withExpressSession } from './request/with-express-session.ts'

/**
 * Puts `req.scalekit` on a request. It only waits if the local copy of the revocations is too old,
 * or to verify an access token whose key is not known yet.
 */
export function sessionMiddleware(instance: Instance): Middleware {
  const { bearer } = instance
  const bySession = withCookie(instance)
  if (!bearer) return bySession
  const byToken = withToken(instance, bearer)
  return function scalekitCaller(req, res, next) {
    const token = bearerIn(req)
    if (token === undefined) bySession(req, res, next)
    else byToken(token, req, res, next)
  }
}

function withCookie(instance: Instance): Middleware {
  const { sessions, ownSession } = instance

  function goOn(req: IncomingMessage, res: ServerResponse, next: Next, wasFresh: boolean): void {
    attach(instance, req, res, undefined, wasFresh)
    next()
  }

  return withExpressSession(ownSession, function scalekitSession(req, res, next) {
    if (sessions.isStale(req)) {
      sessions.refresh().then((isKnown) => goOn(req, res, next, isKnown), next)
    } else goOn(req, res, next, sessions.isFresh())
  })
}

/**
 * For requests with an access token. No cookie is read, and the kit's `express-session` does not
 * run.
 */
function withToken(instance: Instance, bearer: Bearer) {
  const { sessions } = instance

  async function find(token: string): Promise<[Presented, boolean]> {
    const presented = bearer.known(token) ?? (await bearer.verify(token))
    return [presented, sessions.isFresh() || (await sessions.refresh())]
  }

  return function byToken(
    token: string,
    req: IncomingMessage,
    res: ServerResponse,
    next: Next,
  ): void {
    const goOn = (presented: Presented, wasFresh: boolean) => {
      attach(instance, req, res, presented, wasFresh)
      next()
    }
    const known = sessions.isFresh() ? bearer.known(token) : undefined
    if (known) goOn(known, true)
    else find(token).then((found) => goOn(...found), next)
  }
}
