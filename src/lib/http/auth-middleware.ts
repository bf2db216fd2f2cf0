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

/**
 * Makes the middleware of an instance. It compares the path once to choose between the kit's own
 * routes and `session`.
 */
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
  // For hosts that do not reveal mount points. A request with an unchanged URL shows that the kit
  // is mounted at the root.
  let isAtRoot = false

  /**
   * Returns the kit's route for a request whose `url` differs from the URL that the browser
   * requested.
   */
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

  /**
   * Returns the paths that a request may have in its router. Empty if neither the router nor the
   * host reveals them.
   */
  function routedPaths(req: IncomingMessage, path: string): readonly string[] {
    const routed = routedPath(req)
    if (routed !== undefined) return [routed]
    if (mounts.isKnown()) return mounts.pathsOf(req)
    return isAtRoot ? [path] : []
  }

  /**
   * Compares lengths first: this rules out most paths of the application without allocating a
   * string.
   */
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
