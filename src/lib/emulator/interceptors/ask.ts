import { isObject } from '../../ground/is-object.ts'
import type { Json } from '../../ground/types.ts'
import { signInterceptor } from '../../webhooks/signature.ts'

/** A request to an interceptor, with its destination. */
export interface Question {
  readonly id: string
  readonly url: string
  readonly secret: string
  readonly body: string
  /** In seconds since the epoch. */
  readonly timestamp: number
  readonly timeoutSeconds: number
}

/** The result of a request: a decision, or the reason why there is none. */
export interface Reply {
  readonly status?: number
  readonly answer?: unknown
  readonly decision?: 'ALLOW' | 'DENY'
  /** The additions of an `ALLOW`. */
  readonly response?: Json
  /** The message of a `DENY`. */
  readonly message?: string
  readonly failure?: string
}

/** Sends the request once. Scalekit documents no retry, because a user is waiting. */
export async function ask(question: Question, closing: AbortSignal): Promise<Reply> {
  const { id, url, secret, body, timestamp, timeoutSeconds } = question
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutSeconds * 1000).unref()
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signInterceptor({ id, timestamp, body, secret }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([late.signal, closing]),
    })
    return replyFrom(response.status, await response.text())
  } catch (error) {
    const why = late.signal.aborted ? `no answer within ${timeoutSeconds} seconds` : reason(error)
    return { failure: why }
  } finally {
    clearTimeout(timer)
  }
}

function replyFrom(status: number, text: string): Reply {
  const answer = parsed(text)
  const said = answer === undefined ? { status } : { status, answer }
  if (status !== 200) return { ...said, failure: `the status is ${status}, not 200` }
  const { decision, error, response } = isObject(answer) ? answer : {}
  if (decision === 'ALLOW') return { ...said, decision, ...(isObject(response) && { response }) }
  if (decision === 'DENY') return { ...said, decision, ...messageIn(error) }
  return { ...said, failure: 'the answer has no decision ALLOW or DENY' }
}

function messageIn(error: unknown): { readonly message?: string } {
  const message = isObject(error) ? error.message : undefined
  return typeof message === 'string' && message !== '' ? { message } : {}
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The message of a `fetch` error is generic. Its cause has the reason. */
function reason(error: unknown): string {
  const { message, cause } = error as Error
  const { code, message: why } = (cause ?? {}) as Partial<NodeJS.ErrnoException>
  return code ?? why ?? message
}
