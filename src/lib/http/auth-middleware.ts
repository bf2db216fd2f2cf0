import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Instance } from './instance/instance.ts'
import { misplaced, type Routes, unsureMount } from './instance/route.ts'
import { connectMounts } from './request/connect-mounts.ts'
import {
  type Middleware,
  type Next,
  originalUrl,
  pathOf,
  plainPath,
  routedPath,
} from './request/middleware.ts'
import { servedRoutes } from './routes.ts'

/** One look at the path decides between our own routes and the application's. */
export function authMiddleware(
  instance: Instance,
  routes: Routes,
  session: Middleware,
): Middleware {
  const { config, addresses } = instance
  const served = servedRoutes(config)
  const routeByPath = new Map(
    served.map((name) => [plainPath(addresses.routes[name]), routes[name]]),
  )
  const pathByOwnPath = new Map(
    served.map((name) => [plainPath(config.paths[name]), addresses.routes[name]]),
  )
  for (const name of served) {
    const [asked, expected] = [plainPath(addresses.paths[name]), addresses.routes[name]]
    if (!routeByPath.has(asked)) routeByPath.set(asked, misplacedRoute(expected))
  }
  const lengths = new Set([...routeByPath.keys()].map(({ length }) => length))
  const mounts = connectMounts(scalekit)
  const tellUnsure = unsureMount(config.logger)
  // Of hosts that do not say where they mount: one request that came unchanged shows it.
  let isAtRoot = false

  /** Of a request whose `url` is no longer what the browser asked for, one of our routes. */
  function routeBelow(req: IncomingMessage): Middleware | undefined {
    const path = pathOf(req.url ?? '')
    const routed = routedPaths(req, path)
    const own = routed.map((each) => routeByPath.get(plainPath(each))).find(Boolean)
    const expected = pathByOwnPath.get(plainPath(path))
    if (!own && expected === undefined) return undefined
    if (!own && !routed.includes(path)) return misplacedRoute(expected!)
    if (mounts.isKnown() && !isAtRoot) tellUnsure()
    return own
  }

  /** The paths that a request may have for its router; none where nothing says so. */
  function routedPaths(req: IncomingMessage, path: string): readonly string[] {
    const routed = routedPath(req)
    if (routed !== undefined) return [routed]
    if (mounts.isKnown()) return mounts.pathsOf(req)
    return isAtRoot ? [path] : []
  }

  /** Most paths are none of ours, and are told so by their length, without another string. */
  function routeAt(path: string): Middleware | undefined {
    const { length } = path
    const mayBeOwn = lengths.has(length) || (lengths.has(length - 1) && path.endsWith('/'))
    return mayBeOwn ? routeByPath.get(plainPath(path)) : undefined
  }

  return scalekit

  function scalekit(req: IncomingMessage, res: ServerResponse, next: Next): void {
    const target = originalUrl(req)
    const isUnchanged = req.url === target
    isAtRoot ||= isUnchanged
    const own = routeAt(pathOf(target)) ?? (isUnchanged ? undefined : routeBelow(req))
    if (own) own(req, res, next)
    else session(req, res, next)
  }
}

function misplacedRoute(expected: string): Middleware {
  return (req, _res, next) => next(misplaced(req, expected))
}
