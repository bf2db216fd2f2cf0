import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import type { ScalekitAuth } from 'express-scalekit'

/**
 * Returns an `auth` for `acceptSockets()` that runs the application's own express-session first: no
 * middleware runs for an upgrade request.
 */
export function afterSession(
  session: RequestHandler,
  auth: Pick<ScalekitAuth, 'authenticate'>,
): Pick<ScalekitAuth, 'authenticate'> {
  return {
    async authenticate(req: IncomingMessage) {
      const response = new ServerResponse(req) as Response
      // Also goes on after an error of the session store: then authenticate() rejects with 503.
      await new Promise<void>((done) => session(req as Request, response, () => done()))
      return auth.authenticate(req)
    },
  }
}
