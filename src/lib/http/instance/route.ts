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
export function mountedAlone(path: string, serve: Middleware, logger: Logger): Middleware {
  const mounts = connectMounts(scalekitRouteAlone)
  const tellUnsure = unsureMount(logger)
  // Of hosts that do not say where they mount: where one request came to the right place, the route
  // is there, and another path was rewritten by the application.
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
 * On Connect, an application around the one that the kit is mounted in may have taken a path off, or
 * middleware may have rewritten it: nothing tells the two apart until a request comes unchanged.
 */
export function unsureMount(logger: Logger): () => void {
  const tell = warnerOnce(logger, 'info')
  return () =>
    tell(
      'base_path_mismatch: a request came to the kit at another path than the browser asked for. If the application rewrites `req.url`, this is right. If the kit is mounted in an application that is itself mounted at a path, set `basePath`',
    )
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
