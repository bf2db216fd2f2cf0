import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SignedIn } from '../../auth/principal.ts'
import type { Middleware, Next } from '../request/middleware.ts'

/** A handler that runs only for somebody who is signed in. */
export type SignedInHandler<Req extends IncomingMessage, Res extends ServerResponse> = (
  req: Req & { readonly scalekit: SignedIn },
  res: Res,
  next: Next,
) => unknown

/** Any framework's handler; declared as a method, so that its parameters may be narrower. */
interface AnyHandler {
  call(req: IncomingMessage, res: ServerResponse, next: Next): unknown
}

/** The handler of a framework, given a request on which somebody is signed in. */
type SignedInTo<Handler> = Handler extends (
  req: infer Req,
  res: infer Res,
  next: infer Next,
) => unknown
  ? (req: Req & { readonly scalekit: SignedIn }, res: Res, next: Next) => unknown
  : never

/** How {@link handle} is typed: by the place it is mounted at, or by the handler's own types. */
export interface Handle {
  <Handler extends AnyHandler['call']>(
    guards: readonly Middleware[],
    handler: SignedInTo<Handler>,
  ): Handler
  <Req extends IncomingMessage, Res extends ServerResponse>(
    guards: readonly Middleware[],
    handler: SignedInHandler<Req, Res>,
  ): (req: Req, res: Res, next: Next) => void
}

/**
 * Puts guards before a handler and types `req.scalekit` as signed in.
 *
 * @param requireAuth Always runs first, so that the type tells the truth without any other guard.
 */
export function handle<Req extends IncomingMessage, Res extends ServerResponse>(
  requireAuth: Middleware,
  guards: readonly Middleware[],
  handler: SignedInHandler<Req, Res>,
): (req: Req, res: Res, next: Next) => void {
  return function handled(req, res, next) {
    const steps = [requireAuth, ...guards]
    const run = (index: number): void => {
      const step = steps[index]
      // Express 4 and Connect drop a rejected promise; here it reaches the error handler.
      Promise.resolve()
        .then(() => {
          if (step) return step(req, res, (error) => (error ? next(error) : run(index + 1)))
          return handler(req as Req & { readonly scalekit: SignedIn }, res, next)
        })
        // Nothing at all would tell the framework to go on to what comes next.
        .catch((error: unknown) => next(error || new Error('What was thrown is nothing')))
    }
    run(0)
  }
}
