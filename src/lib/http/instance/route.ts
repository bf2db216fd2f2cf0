import type { IncomingMessage, ServerResponse } from 'node:http'
import { ConfigError } from '../../ground/errors.ts'
import { type Logger, warnerOnce } from '../../ground/log.ts'
import { connectMounts } from '../request/connect-mounts.ts'
import {
  isFor,
  type Middleware,
  type Next,
  originalUrl,
  pathOf,
  plainPath,
} from '../request/middleware.ts'
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
  /** Responds with 500 unless the option `portal` is set. */
  readonly portal: Middleware
}

/**
 * Options of one of the kit's own routes.
 *
 * @internal
 */
export interface RouteOptions extends FailureContext {
  readonly name: keyof Routes
}

/**
 * Handles a request. Rejects with the reason if that fails.
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
 * Makes a middleware of a route. Every failure becomes a response, so that none can be mistaken for
 * success.
 *
 * @internal
 */
export function route(instance: Instance, options: RouteOptions, handle: RouteHandler): Middleware {
  return function scalekitRoute(req, res, next) {
    handle(servedBy(instance, req), req, res, next)
      .catch((error: unknown) => answerFailure(instance, error, options, req, res, next))
      // An error while responding to the failure must not end the process.
      .catch(next)
  }
}

/**
 * Serves a route that the application mounts by itself. Checks that the route is at its configured
 * path.
 */
export function mountedAlone(path: string, serve: Middleware, logger: Logger): Middleware {
  const mounts = connectMounts(scalekitRouteAlone)
  const tellUnsure = unsureMount(logger)
  // For hosts that do not reveal mount points. Once a request has arrived at the configured path,
  // the route is in place. A request at another path was then rewritten by the application.
  let isInPlace = false
  return scalekitRouteAlone

  function scalekitRouteAlone(req: IncomingMessage, res: ServerResponse, next: Next): void {
    isInPlace ||= isFor(req, path)
    if (isInPlace) serve(req, res, next)
    else if (mounts.pathsOf(req).some((each) => plainPath(each) === plainPath(path))) {
      tellUnsure()
      serve(req, res, next)
    } else next(misplaced(req, path))
  }
}

/**
 * Warns that a mount point on Connect is uncertain. The path may have been removed by an outer
 * application or rewritten by a middleware. They cannot be distinguished until a request arrives
 * with an unchanged path.
 */
export function unsureMount(logger: Logger): () => void {
  const tell = warnerOnce(logger, 'info')
  return () =>
    tell(
      'base_path_mismatch: a request came to the kit at another path than the browser asked for. If the application rewrites `req.url`, this is right. If the kit is mounted in an application that is itself mounted at a path, set `basePath`',
    )
}

/** Makes the error for a kit that is mounted at another path than configured. */
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
