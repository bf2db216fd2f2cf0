import type { OwnSession } from '../../session/own-session.ts'
import type { Middleware } from './middleware.ts'

/** Runs `express-session` first, if the kit mounts it. */
export function withExpressSession(
  ownSession: OwnSession | undefined,
  middleware: Middleware,
): Middleware {
  if (!ownSession) return middleware
  return function scalekitOwnSession(req, res, next) {
    ownSession(req, res, () => middleware(req, res, next))
  }
}
