import type { Clock } from '../clock.ts'
import { ApiError } from '../errors.ts'
import type { Answer, Call, Send } from '../request.ts'
import type { Json } from '../types.ts'
import { type AccessTokens, type ApiClient, accessTokens } from './access-token.ts'
import { type Asked, readAnswer } from './answer.ts'
import { deadlineIn } from './deadline.ts'
import { type Attempt, exchange } from './exchange.ts'
import { type Query, queryText } from './path.ts'
import { withRetries } from './retry.ts'
import { type Slots, slots } from './slots.ts'

/** What one call asks of the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Made by `apiPath`, which encodes what is put in. */
  readonly path: string
  readonly query?: Query
  readonly body?: Json
}

/** What every call takes beside its own arguments. */
export interface CallOptions {
  /** Ends the call before its time. */
  readonly signal?: AbortSignal | undefined
  /** How long the call may take in all, in milliseconds, tries and waits included. */
  readonly timeoutMs?: number | undefined
}

/** @throws {@link ApiError} for everything but a JSON object */
export type CallApi = (request: ApiRequest, options?: CallOptions) => Promise<Json>

/** What calls may cost. */
export interface ApiLimits {
  /** The longest one attempt may take, in milliseconds. */
  readonly timeoutMs: number
  /** The longest a call may take in all, in milliseconds. */
  readonly totalTimeoutMs: number
  /** Calls under way at the same time; others wait for their turn. */
  readonly maxConcurrentCalls: number
}

/** Calls under way or waiting; further ones fail at once, so that nothing piles up. */
const maxPendingCalls = 1000

export interface ApiParts {
  readonly client: ApiClient
  readonly send: Send
  readonly clock: Clock
  readonly limits: ApiLimits
}

/** The one way to the API: with a token, in time, and again where that is safe. */
export function apiCalls({ client, send, clock, limits }: ApiParts): CallApi {
  const tokens = accessTokens({ client, send, clock, ...limits })
  const places = slots(limits.maxConcurrentCalls)
  let pending = 0

  function start(request: ApiRequest, options: CallOptions): Promise<Json> {
    const deadline = deadlineIn(options.timeoutMs ?? limits.totalTimeoutMs, options.signal)
    const call = callOf(client, request)
    const attempt = { deadline, timeoutMs: limits.timeoutMs }
    return withRetries(authorized({ send, tokens, places, call, attempt }), deadline)
  }

  return async function callApi(request, options = {}) {
    if (pending >= maxPendingCalls) throw busy()
    pending += 1
    try {
      return await start(request, options)
    } finally {
      pending -= 1
    }
  }
}

interface AuthorizedParts {
  readonly send: Send
  readonly tokens: AccessTokens
  readonly places: Slots
  readonly call: Call
  readonly attempt: Omit<Attempt, 'asked'>
}

/** An attempt with a token; where the token is refused, one more with another. */
function authorized({ send, tokens, places, call, attempt }: AuthorizedParts): () => Promise<Json> {
  const { deadline } = attempt
  let mayRenew = true

  async function answerTo(asked: Asked, token: string): Promise<Answer> {
    await places.take(deadline)
    try {
      const headers = { ...call.headers, authorization: `Bearer ${token}` }
      return await exchange(send, { ...call, headers }, { ...attempt, asked })
    } finally {
      places.give()
    }
  }

  return async function attemptOnce() {
    let token = await inTime(tokens.current())
    let answer = await answerTo(askedWith(call, token), token)
    if (answer.status === 401 && mayRenew) {
      mayRenew = false
      token = await inTime(tokens.renewed(token))
      answer = await answerTo(askedWith(call, token), token)
    }
    return readAnswer(answer, askedWith(call, token))
  }

  function inTime(token: string | Promise<string>): string | Promise<string> {
    return typeof token === 'string' ? token : deadline.wait(token)
  }
}

/** What is created twice is there twice; everything else may be said again. */
function askedWith({ method, url }: Call, token: string): Asked {
  return {
    name: `${method} ${url.pathname}`,
    isRepeatable: method !== 'POST',
    secrets: [token],
  }
}

function callOf({ environmentUrl }: ApiClient, { method, path, query, body }: ApiRequest): Call {
  const url = new URL(`${path}${queryText(query)}`, environmentUrl)
  if (!body) return { method, url, headers: { accept: 'application/json' } }
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  return { method, url, headers, body: JSON.stringify(body) }
}

function busy(): ApiError {
  return new ApiError('api_busy', `${maxPendingCalls} calls are waiting for Scalekit already`, {
    isRetryable: true,
  })
}
