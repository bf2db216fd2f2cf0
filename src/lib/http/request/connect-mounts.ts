import type { IncomingMessage } from 'node:http'
import { type Middleware, pathOf, plainPath } from './middleware.ts'

/** Where Connect has mounted a middleware. */
export interface ConnectMounts {
  /** Whether Connect has mounted it at all. */
  isKnown(): boolean
  /** The paths that a request may have for Connect, mount points included, without the query. */
  pathsOf(req: IncomingMessage): readonly string[]
}

/**
 * Learns where Connect mounts a middleware. No request says so: a path that a mount took off `req.url`
 * looks like one that the application rewrote. But `app.use(path, middleware)` of Connect writes the
 * path to the `route` of each middleware that has a `handle`, because it mounts applications this
 * way. It says nothing of the applications around its own.
 *
 * Express calls a middleware with a `handle` as any other: its applications have `set`, too.
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
