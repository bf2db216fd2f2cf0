import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller, SignedIn } from '../../auth/principal.ts'
import type { Middleware, Next } from '../request/middleware.ts'
import type { GuardOptions } from './guard.ts'

/**
 * A handler that only runs for callers whose credentials are accepted: by default, signed-in users.
 */
export type SignedInHandler<
  Req extends IncomingMessage,
  Res extends ServerResponse,
  Who extends Caller = SignedIn,
> = (req: Req & { readonly scalekit: Who }, res: Res, next: Next) => unknown

/** Options of `auth.protect`. */
export interface ProtectOptions {
  /**
   * The kinds of callers that may reach the handler, as in `requireAuth`. Each guard in the array
   * needs its own `accepts`.
   */
  readonly accepts: NonNullable<GuardOptions['accepts']>
}

/**
 * A handler of any framework. The type is read off a method, so that its parameters may be
 * narrower.
 */
export type FrameworkHandler = {
  call(req: IncomingMessage, res: ServerResponse, next: Next): unknown
}['call']

/**
 * The overloads of `auth.protect`. The request type comes from the place where it is mounted, or
 * from the handler's own types.
 */
export interface Protect {
  <Handler extends FrameworkHandler>(
    guards: readonly Middleware[],
    handler: Handler extends (req: infer Req, res: infer Res, next: infer Next) => unknown
      ? (req: Req & { readonly scalekit: SignedIn }, res: Res, next: Next) => unknown
      : never,
  ): Handler
  <Req extends IncomingMessage, Res extends ServerResponse>(
    guards: readonly Middleware[],
    handler: SignedInHandler<Req, Res>,
  ): (req: Req, res: Res, next: Next) => void
  <Handler extends FrameworkHandler>(
    guards: readonly Middleware[],
    handler: Handler extends (req: infer Req, res: infer Res, next: infer Next) => unknown
      ? (req: Req & { readonly scalekit: Caller }, res: Res, next: Next) => unknown
      : never,
    options: ProtectOptions,
  ): Handler
  <Req extends IncomingMessage, Res extends ServerResponse>(
    guards: readonly Middleware[],
    handler: SignedInHandler<Req, Res, Caller>,
    options: ProtectOptions,
  ): (req: Req, res: Res, next: Next) => void
}

/**
 * Returns `auth.protect`: it puts guards before a handler and types `req.scalekit` by the callers
 * that they let pass.
 *
 * @param requireAuth Makes the guard that always runs first. It makes the type of `req.scalekit`
 *   true even without other guards.
 */
export function protectWith(requireAuth: (options?: GuardOptions) => Middleware): Protect {
  const requirePerson = requireAuth()
  return function protect<Req extends IncomingMessage, Res extends ServerResponse>(
    guards: readonly Middleware[],
    handler: SignedInHandler<Req, Res, Caller>,
    options?: ProtectOptions,
  ) {
    const steps = [options ? requireAuth(options) : requirePerson, ...guards]
    return function protectedHandler(req: Req, res: Res, next: Next): void {
      runFrom(0, steps, req, res, next, () =>
        handler(req as Req & { readonly scalekit: Caller }, res, next),
      )
    }
  } as Protect
}

/**
 * Runs the steps in order, then `last`. An error that one throws or rejects with goes to `next`.
 */
function runFrom(
  index: number,
  steps: readonly Middleware[],
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
  last: () => unknown,
): void {
  const step = steps[index]
  const goOn: Next = (error) =>
    error ? next(error) : runFrom(index + 1, steps, req, res, next, last)
  // Express 4 and Connect ignore a rejected promise. Here the error reaches the error handler.
  Promise.resolve()
    .then(() => (step ? step(req, res, goOn) : last()))
    // Called with a falsy error, `next` would run the next handler.
    .catch((error: unknown) => next(error || new Error(`The handler rejected with \`${error}\``)))
}
