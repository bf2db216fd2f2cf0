import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { neverCache } from '../../ground/caching.ts'
import { statusOf } from '../../ground/error-codes.ts'
import { contentSecurityPolicy } from '../../ground/html-document.ts'
import { type Page, render, type Theme } from '../pages/page.ts'

/** Sends the browser elsewhere; a form's POST must become a GET, hence 303. */
export function redirect(req: IncomingMessage, res: ServerResponse, location: string): void {
  neverCache(res)
  res.statusCode = req.method === 'POST' ? 303 : 302
  res.setHeader('Location', location)
  res.end()
}

/** Answers JSON. */
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

/** What is wrong, for a program: a `ScalekitError`, or a refusal that is not worth an Error. */
export interface Problem {
  /** The kit's, or one of the application. */
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
}

/** Answers a problem to a program. @see RFC 9457 */
export function sendProblem(res: ServerResponse, problem: Problem, extra: object = {}): void {
  const { code, message, hint } = problem
  const status = statusOf(code)
  const body = { title: STATUS_CODES[status], status, code, detail: message, hint, ...extra }
  sendJson(res, status, body, 'application/problem+json')
}

/** Answers a page of ours. It runs no script but its own, if it has one, and cannot be framed. */
export function sendPage(res: ServerResponse, status: number, page: Page, theme: Theme): void {
  neverCache(res)
  res.statusCode = status
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Security-Policy', contentSecurityPolicy({ ...page, ...theme }))
  res.setHeader('X-Content-Type-Options', 'nosniff')
  // Not `no-referrer`: with it, browsers send `Origin: null` with the sign-out form.
  res.setHeader('Referrer-Policy', page.referrerPolicy ?? 'same-origin')
  res.end(render(page, theme))
}
