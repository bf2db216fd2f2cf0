import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { neverCache } from '../../ground/caching.ts'
import { statusOf } from '../../ground/error-codes.ts'
import { contentSecurityPolicy } from '../../ground/html-document.ts'
import { type Page, render, type Theme } from '../pages/page.ts'

/** Redirects the browser. After a POST the status is 303, so that the next request is a GET. */
export function redirect(req: IncomingMessage, res: ServerResponse, location: string): void {
  neverCache(res)
  res.statusCode = req.method === 'POST' ? 303 : 302
  res.setHeader('Location', location)
  res.end()
}

/** Sends a JSON response. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: object,
  type = 'application/json',
): void {
  neverCache(res)
  res.statusCode = status
  res.setHeader('Content-Type', `${type}; charset=utf-8`)
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.end(JSON.stringify(body))
}

/** Sets the headers of an error or a refusal, if it has any. */
export function setHeaders(
  res: ServerResponse,
  headers: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
}

/**
 * A problem as a program receives it: a `ScalekitError`, or a refusal, which is no Error because
 * that would cost more.
 */
export interface Problem {
  /** A code of the kit or of the application. */
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
}

/** Sends a problem document to a program. @see RFC 9457 */
export function sendProblem(res: ServerResponse, problem: Problem, extra: object = {}): void {
  const { code, message, hint } = problem
  const status = statusOf(code)
  const body = { title: STATUS_CODES[status], status, code, detail: message, hint, ...extra }
  sendJson(res, status, body, 'application/problem+json')
}

/**
 * Sends a page of the kit. It runs no script except its own, if it has one, and cannot be framed.
 */
export function sendPage(res: ServerResponse, status: number, page: Page, theme: Theme): void {
  neverCache(res)
  res.statusCode = status
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Security-Policy', contentSecurityPolicy({ ...page, ...theme }))
  res.setHeader('X-Content-Type-Options', 'nosniff')
  // With `no-referrer`, browsers would send `Origin: null` with the sign-out form.
  res.setHeader('Referrer-Policy', page.referrerPolicy ?? 'same-origin')
  res.end(render(page, theme))
}
