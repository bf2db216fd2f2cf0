import type { IncomingMessage } from 'node:http'
import { type Middleware, pathOf, plainPath } from './middleware.ts'

/** The paths at which Connect has mounted a middleware. */
export interface ConnectMounts {
  /** Whether Connect has mounted the middleware at all. */
  isKnown(): boolean
  /**
   * Returns the paths that a request may have in Connect: mount points included, without the query.
   */
  pathsOf(req: IncomingMessage): readonly string[]
}

/**
 * Observes where Connect mounts a middleware. A request does not show it: a path that a mount
 * removed from `req.url` looks like one that the application rewrote. But Connect mounts
 * applications by `handle` and `route`: `app.use(path, middleware)` writes the path to the `route`
 * of each middleware that has a `handle`. This does not include the mount points of outer
 * applications.
 *
 * Express treats a middleware with a `handle` like any other: it recognizes applications by
 * `handle` and `set`.
 */
export function connectMounts(middleware: Middleware): ConnectMounts {
  const points = new Set<string>()
  Object.defineProperties(middleware, {
    handle: { value: middleware },
    route: { set: (path: string) => points.add(plainPath(path)) },
  })
  return {
    isKnown: () => points.size > 0,
    pathsOf: ({ url = '' }) => Array.from(points, (point) => point + pathOf(url)),
  }
}
