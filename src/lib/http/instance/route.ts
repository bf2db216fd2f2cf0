import type { IncomingMessage, ServerResponse } from 'node:http'
import { ScalekitError } from '../../ground/errors.ts'
import { type Middleware, originalUrl, pathOf } from '../request/middleware.ts'
import { answerFailure, type FailureParts } from './failures.ts'

/** The kit's own routes, each to be mounted alone. */
export interface Routes {
  readonly login: Middleware
  readonly callback: Middleware
  readonly logout: Middleware
  readonly me: Middleware
  readonly webhooks: Middleware
  readonly interceptors: Middleware
  readonly organizations: Middleware
  /** Answers 500 unless the option `portal` says who may open it. */
  readonly portal: Middleware
}

/** How one of our own routes is served. */
export interface RouteParts extends FailureParts {
  /** What it is called in the log, e.g. `sign-in`. */
  readonly what: string
  /** Where browsers reach it: base path and path. */
  readonly path: string
}

/** Answers a request, or says by rejecting why not. */
export type RouteHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/**
 * Makes a middleware of a route: checks that it was mounted where its URL says, and turns every
 * failure into an answer, so that none can be taken for success.
 */
export function route(parts: RouteParts, handle: RouteHandler): Middleware {
  return function scalekitRoute(req, res, next) {
    const asked = pathOf(originalUrl(req))
    if (!isSamePath(asked, parts.path)) {
      next(misplaced(asked, parts.path))
      return
    }
    handle(req, res)
      .catch((error: unknown) => answerFailure(error, parts.what, req, res, parts))
      // A failure of the failure, such as a logger that throws, must not end the process.
      .catch(next)
  }
}

/** The developer mounted the kit somewhere else than they told it. */
function misplaced(asked: string, expected: string): ScalekitError {
  return new ScalekitError(
    'base_path_mismatch',
    `${JSON.stringify(asked)} was asked for, but this route's address is ${JSON.stringify(expected)}`,
    { hint: 'Set `basePath` to where the kit is mounted, or `paths` to where this route is.' },
  )
}

/** Routers ignore case and a slash at the end, unless told otherwise. */
export function isSamePath(one: string, other: string): boolean {
  return one === other || one.toLowerCase().replace(/\/$/, '') === other.toLowerCase()
}
