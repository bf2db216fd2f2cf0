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

/** The query of the URL the browser asked for. */
export function queryOf(req: IncomingMessage): URLSearchParams {
  const target = originalUrl(req)
  const start = target.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : target.slice(start + 1))
}
