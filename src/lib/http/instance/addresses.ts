import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import type { Paths } from '../../config/paths.ts'
import { type Logger, withFields } from '../../ground/log.ts'
import { askedHost, originalUrl } from '../request/middleware.ts'
import { logFieldsOf, nameOf } from '../request/request-log.ts'
import { type ReturnTo, readReturnTo, readReturnToUrl } from '../request/return-to.ts'

/**
 * The URLs and paths of one instance. They are made from the configuration; a request can only
 * select among them.
 */
export interface Addresses {
  /** The kit's own routes as browsers request them. */
  readonly paths: Paths
  /** The kit's own routes as requests arrive: without the path that a proxy removes. */
  readonly routes: Paths
  /** The path of the application's start page. */
  readonly home: string
  /** Returns the path and query that the browser requested, from those that arrived. */
  browserTarget(req: IncomingMessage): string
  /**
   * The application's origin for this request. With several origins, the one whose host was
   * requested.
   */
  origin(req: IncomingMessage): string
  redirectUri(req: IncomingMessage): string
  /** The URL to which Scalekit redirects the browser after a sign-out. */
  logoutUri(req: IncomingMessage): string
  /** The path that starts a sign-in, with this query. */
  loginUrl(query: Readonly<Record<string, string>>): string
  /** Returns a value as a path of the application. A dropped value is logged. */
  safeReturnTo(req: IncomingMessage, value: unknown): string | undefined
  /** Like `safeReturnTo`, for a value that may be a whole URL on the application's origin. */
  safeReturnToUrl(req: IncomingMessage, value: unknown): string | undefined
  /** Returns the requested URL on the first origin, if the request came to none of the origins. */
  canonicalUrl(req: IncomingMessage): URL | undefined
  /** The path to which a refused request may return. */
  returnToOf(req: IncomingMessage): string | undefined
}

export function addressesOf(config: Config): Addresses {
  const { baseUrl: origins, basePath, paths, logger } = config
  const prefix = pathPrefix(origins[0])
  const own = below(prefix + basePath, paths)
  // A browser may return to the portal, which is a page. If the portal is not served, the path
  // belongs to the application.
  const ownPaths = Object.values(own).filter((path) => path !== own.portal)
  const askedFor = (req: IncomingMessage) =>
    origins.find((origin) => origin.host === hostOf(askedHost(req), origin))
  const originOf = (req: IncomingMessage) => (askedFor(req) ?? origins[0]).origin
  const rulesOf = (req: IncomingMessage) => ({ origin: originOf(req), ownPaths })
  const browserTarget = (req: IncomingMessage) => prefix + originalUrl(req)
  function told(req: IncomingMessage, { path, dropped }: ReturnTo): string | undefined {
    if (dropped !== undefined) tellDropped(logger, req, dropped)
    return path
  }
  // A missing value is not an error, so it is not logged.
  const safe = (req: IncomingMessage, value: unknown, read = readReturnTo) =>
    value ? told(req, read(value, rulesOf(req))) : undefined
  return {
    paths: own,
    routes: below(basePath, paths),
    home: `${prefix}/`,
    browserTarget,
    origin: originOf,
    redirectUri: (req) => originOf(req) + own.callback,
    logoutUri: (req) => originOf(req) + own.logout,
    loginUrl(query) {
      const search = new URLSearchParams(query).toString()
      return search === '' ? own.login : `${own.login}?${search}`
    },
    safeReturnTo: (req, value) => safe(req, value),
    safeReturnToUrl: (req, value) => safe(req, value, readReturnToUrl),
    canonicalUrl(req) {
      if (askedFor(req)) return undefined
      if (!originalUrl(req).startsWith('/')) return undefined
      return new URL(origins[0].origin + browserTarget(req))
    },
    returnToOf: (req) => safe(req, browserTarget(req)),
  }
}

/** Does not log the value: any visitor may have made it, and it may contain a secret. */
function tellDropped(logger: Logger, req: IncomingMessage, why: string): void {
  const fields = logFieldsOf(req)
  withFields(logger, fields).info(
    `${nameOf('return_to', fields)} dropped: ${why}. The user lands on another page`,
  )
}

/** Returns the path of `baseUrl`, which a proxy removes. */
function pathPrefix({ pathname }: URL): string {
  return pathname === '/' ? '' : pathname
}

function below(prefix: string, paths: Paths): Paths {
  const entries = Object.entries(paths).map(([name, path]) => [name, prefix + path])
  return Object.fromEntries(entries) as Paths
}

/**
 * Normalizes a host for comparison with that of a URL: in lower case, and without the default port
 * that some proxies add.
 */
function hostOf(header: string, { protocol }: URL): string {
  return header.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, '')
}
