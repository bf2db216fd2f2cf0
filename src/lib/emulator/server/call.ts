import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Html } from '../../ground/html.ts'

/** A complete request. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  /** Unchanged; empty if there was none. */
  readonly body: string
  readonly headers: IncomingHttpHeaders
}

/** The response of an endpoint. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Html
  /** The error that a page of the emulator shows, for the terminal. */
  readonly problem?: string
}

/** The body is larger than any in this protocol. */
export class TooLarge extends Error {}

const maxBodyBytes = 64 * 1024
/** A complete saved state is sent below this path. */
const maxOwnBodyBytes = 16 * 1024 * 1024

export async function readCall(req: IncomingMessage): Promise<Call> {
  const url = new URL(req.url ?? '/', 'http://emulator.invalid')
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '')
  const isOwn = url.pathname.startsWith('/emulator/')
  const body = await readBody(req, isOwn ? maxOwnBodyBytes : maxBodyBytes)
  return {
    method: req.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    form: new URLSearchParams(isForm ? body : ''),
    body,
    headers: req.headers,
  }
}

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}

export function redirect(
  location: string,
  params: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const url = new URL(location)
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return {
    status: 302,
    headers: { location: url.href, 'cache-control': 'no-store', ...headers },
    body: '',
  }
}

/** Redirects to a page of the emulator after a form. */
export function seeOther(path: string): Answer {
  return { status: 303, headers: { location: path, 'cache-control': 'no-store' }, body: '' }
}

async function readBody(req: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new TooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
