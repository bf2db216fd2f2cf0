import type { IncomingMessage, ServerResponse } from 'node:http'

/** Hands the request on; with an error, to the application's error handler. */
export type Next = (error?: unknown) => void

/** A handler as Connect, Express 4 and Express 5 call it. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void

/** The URL the browser asked for: a router's mount point cuts it off `req.url`. */
export function originalUrl(req: IncomingMessage): string {
  const { originalUrl } = req as IncomingMessage & { originalUrl?: unknown }
  return typeof originalUrl === 'string' ? originalUrl : (req.url ?? '/')
}

/** The host the browser asked for, or nothing; HTTP/2 has a header of its own for it. */
export function askedHost({ headers }: IncomingMessage): string {
  return String(headers[':authority'] ?? headers.host ?? '')
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}

/**
 * The path as Express's routers see it, mount points included. It differs from the one that the
 * browser asked for where middleware rewrote `req.url`. Connect does not say what it took off.
 */
export function routedPath(req: IncomingMessage): string | undefined {
  const { baseUrl, url = '' } = req as IncomingMessage & { baseUrl?: unknown }
  return typeof baseUrl === 'string' ? pathOf(baseUrl + url) : undefined
}

/** A path as routers compare them unless told otherwise: without case and one slash at the end. */
export function plainPath(path: string): string {
  return (path.endsWith('/') ? path.slice(0, -1) : path).toLowerCase()
}

/** Whether a request is for this path: as the browser asked, or as middleware rewrote `req.url`. */
export function isFor(req: IncomingMessage, path: string): boolean {
  const plain = plainPath(path)
  if (plainPath(pathOf(originalUrl(req))) === plain) return true
  const routed = routedPath(req)
  return routed !== undefined && plainPath(routed) === plain
}

/** The query of the URL the browser asked for. */
export function queryOf(req: IncomingMessage): URLSearchParams {
  const target = originalUrl(req)
  const start = target.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : target.slice(start + 1))
}
