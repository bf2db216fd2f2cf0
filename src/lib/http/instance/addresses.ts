import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import type { Paths } from '../../config/paths.ts'
import { type Logger, withFields } from '../../ground/log.ts'
import { askedHost, originalUrl } from '../request/middleware.ts'
import { logFieldsOf, nameOf } from '../request/request-log.ts'
import { type ReturnTo, readReturnTo, readReturnToUrl } from '../request/return-to.ts'

/** Every address of one instance, made from configuration and never from what a request claims. */
export interface Addresses {
  /** The kit's own routes as browsers ask for them. */
  readonly paths: Paths
  /** The same as requests arrive: without what a proxy takes off. */
  readonly routes: Paths
  /** The application's own page. */
  readonly home: string
  /** What the browser asked for, by what arrived. */
  browserTarget(req: IncomingMessage): string
  /** The application's origin for this request: of several, the one whose host was asked for. */
  origin(req: IncomingMessage): string
  redirectUri(req: IncomingMessage): string
  /** Where Scalekit sends the browser after a sign-out. */
  logoutUri(req: IncomingMessage): string
  /** The path that starts a sign-in, with this query. */
  loginUrl(query: Readonly<Record<string, string>>): string
  /** A value as a path of the application. One that is dropped is a line in the log. */
  safeReturnTo(req: IncomingMessage, value: unknown): string | undefined
  /** The same for a value that may be a whole URL on our origin. */
  safeReturnToUrl(req: IncomingMessage, value: unknown): string | undefined
  /** The same URL on the first of our origins, if the request came to none of them. */
  canonicalUrl(req: IncomingMessage): URL | undefined
  /** Where a refused request may come back to. */
  returnToOf(req: IncomingMessage): string | undefined
}

export function addressesOf(config: Config): Addresses {
  const { baseUrl: origins, basePath, paths, logger } = config
  const prefix = pathPrefix(origins[0])
  const own = below(prefix + basePath, paths)
  // The portal is a page that somebody may come back to, or it is the application's own path.
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
  // No address at all is no mistake.
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

/** Without the value: any visitor may have made it, and it may hold a secret. */
function tellDropped(logger: Logger, req: IncomingMessage, why: string): void {
  const fields = logFieldsOf(req)
  withFields(logger, fields).info(
    `${nameOf('return_to', fields)} dropped: ${why}. The user lands on another page`,
  )
}

/** What a proxy takes off: the path of `baseUrl`. */
function pathPrefix({ pathname }: URL): string {
  return pathname === '/' ? '' : pathname
}

function below(prefix: string, paths: Paths): Paths {
  const entries = Object.entries(paths).map(([name, path]) => [name, prefix + path])
  return Object.fromEntries(entries) as Paths
}

/** Compared as a URL has it: in lower case, and some proxies say the port that its scheme implies. */
function hostOf(header: string, { protocol }: URL): string {
  return header.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, '')
}
