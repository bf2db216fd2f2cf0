import type { IncomingMessage, ServerResponse } from 'node:http'
import { ConfigError } from '../../ground/errors.ts'
import { isFor, type Middleware, type Next, originalUrl, pathOf } from '../request/middleware.ts'
import { answerFailure, type FailureContext } from './failures.ts'
import type { Instance } from './instance.ts'
import { servedBy } from './stand-in.ts'

/** The kit's own routes, each to be mounted alone. */
export interface Routes {
  readonly login: Middleware
  readonly callback: Middleware
  readonly logout: Middleware
  readonly me: Middleware
  readonly webhooks: Middleware
  readonly interceptors: Middleware
  readonly backchannelLogout: Middleware
  readonly organizations: Middleware
  /** Answers 500 unless the option `portal` says who may open it. */
  readonly portal: Middleware
}

/**
 * How one of the kit's own routes is served.
 *
 * @internal
 */
export interface RouteOptions extends FailureContext {
  readonly name: keyof Routes
}

/**
 * Answers a request. Rejects with the reason where it cannot.
 *
 * @internal
 */
export type RouteHandler = (
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
) => Promise<void>

/**
 * Makes a middleware of a route: turns every failure into an answer, so that none can be taken for
 * success.
 *
 * @internal
 */
export function route(instance: Instance, options: RouteOptions, handle: RouteHandler): Middleware {
  return function scalekitRoute(req, res, next) {
    handle(servedBy(instance, req), req, res, next)
      .catch((error: unknown) => answerFailure(instance, error, options, req, res, next))
      // A failure of the failure must not end the process.
      .catch(next)
  }
}

/** A route that the application mounts by itself: checks that it is where its URL says. */
export function mountedAlone(path: string, serve: Middleware): Middleware {
  // Connect does not say what it took off `req.url`. Where one request came to the right place, the
  // route is there, and another path was rewritten by the application.
  let isInPlace = false
  return function scalekitRouteAlone(req, res, next) {
    isInPlace ||= isFor(req, path)
    if (isInPlace) serve(req, res, next)
    else next(misplaced(req, path))
  }
}

/** The developer mounted the kit somewhere else than they told it. */
export function misplaced(req: IncomingMessage, expected: string): ConfigError {
  const asked = pathOf(originalUrl(req))
  return new ConfigError(
    'base_path_mismatch',
    `The request is for ${JSON.stringify(asked)}, but this route expects ${JSON.stringify(expected)}`,
    {
      hint: 'Set `basePath` to the path that the kit is mounted at, or set the path of this route in `paths`. A path in `baseUrl` is for a proxy that takes it off.',
    },
  )
}
