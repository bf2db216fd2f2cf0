import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller, SignedIn } from '../../auth/principal.ts'
import type { Middleware, Next } from '../request/middleware.ts'
import type { GuardOptions } from './guard.ts'

/** A handler that runs only for callers whose credentials count: by default, signed-in users. */
export type SignedInHandler<
  Req extends IncomingMessage,
  Res extends ServerResponse,
  Who extends Caller = SignedIn,
> = (req: Req & { readonly scalekit: Who }, res: Res, next: Next) => unknown

/** Whom `auth.protect` lets reach the handler. */
export interface ProtectOptions {
  /** As that of `requireAuth`. The guards each need their own. */
  readonly accepts: NonNullable<GuardOptions['accepts']>
}

/** A handler of any framework; read off a method, so that its parameters may be narrower. */
export type FrameworkHandler = {
  call(req: IncomingMessage, res: ServerResponse, next: Next): unknown
}['call']

/** How `auth.protect` is typed: by the place it is mounted at, or by the handler's own types. */
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
 * Puts guards before a handler and types `req.scalekit` by whom they let pass.
 *
 * @param requireAuth Makes the guard that always runs first, so that the type tells the truth without
 *   any other.
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

/** Runs the steps in turn, then `last`. What one throws or rejects with goes to `next`. */
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
  // Express 4 and Connect drop a rejected promise; here it reaches the error handler.
  Promise.resolve()
    .then(() => (step ? step(req, res, goOn) : last()))
    // Without an error, `next` would go on to the next handler.
    .catch((error: unknown) => next(error || new Error(`The handler rejected with \`${error}\``)))
}
