import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Continues with the next handler. With an error, continues with the application's error handler.
 */
export type Next = (error?: unknown) => void

/** A handler as Connect, Express 4 and Express 5 call it. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void

/**
 * The URL that the browser requested. A router's mount point is removed from `req.url`, but not
 * from this.
 */
export function originalUrl(req: IncomingMessage): string {
  const { originalUrl } = req as IncomingMessage & { originalUrl?: unknown }
  return typeof originalUrl === 'string' ? originalUrl : (req.url ?? '/')
}

/** The host that the browser requested, or an empty string. HTTP/2 sends it in `:authority`. */
export function askedHost({ headers }: IncomingMessage): string {
  return String(headers[':authority'] ?? headers.host ?? '')
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}

/**
 * The path as Express's routers see it, mount points included. It differs from the path that the
 * browser requested if a middleware rewrote `req.url`. Returns `undefined` on Connect, which does
 * not record the part that it removed.
 */
export function routedPath(req: IncomingMessage): string | undefined {
  const { baseUrl, url = '' } = req as IncomingMessage & { baseUrl?: unknown }
  return typeof baseUrl === 'string' ? pathOf(baseUrl + url) : undefined
}

/**
 * A path in the form in which routers compare paths by default: in lower case, without one slash at
 * the end.
 */
export function plainPath(path: string): string {
  return (path.endsWith('/') ? path.slice(0, -1) : path).toLowerCase()
}

/**
 * Whether a request is for this path, either as the browser requested it or as a middleware rewrote
 * `req.url`.
 */
export function isFor(req: IncomingMessage, path: string): boolean {
  const plain = plainPath(path)
  if (plainPath(pathOf(originalUrl(req))) === plain) return true
  const routed = routedPath(req)
  return routed !== undefined && plainPath(routed) === plain
}

/** The query of the URL that the browser requested. */
export function queryOf(req: IncomingMessage): URLSearchParams {
  const target = originalUrl(req)
  const start = target.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : target.slice(start + 1))
}
