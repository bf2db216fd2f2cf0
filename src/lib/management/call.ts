import type { Clock } from '../clock.ts'
import { ApiError } from '../errors.ts'
import type { Answer, Call, Send } from '../request.ts'
import type { Json } from '../types.ts'
import { type AccessTokens, type ApiClient, accessTokens } from './access-token.ts'
import { type Asked, readAnswer } from './answer.ts'
import { type Deadline, deadlineIn, waitFor } from './deadline.ts'
import { exchange } from './exchange.ts'
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

  return async function callApi(request, options = {}) {
    if (pending >= maxPendingCalls) throw busy()
    pending += 1
    try {
      const deadline = deadlineIn(options.timeoutMs ?? limits.totalTimeoutMs, options.signal)
      const url = new URL(`${request.path}${queryText(request.query)}`, client.environmentUrl)
      const parts = { send, tokens, places, deadline, timeoutMs: limits.timeoutMs }
      // Everybody waits for the same token, so that it does not come is not for each to try again.
      const token = () => inTime(tokens.current(), deadline)
      return await withRetries(token, attemptAt(request, url, parts), deadline)
    } finally {
      pending -= 1
    }
  }
}

interface AttemptParts {
  readonly send: Send
  readonly tokens: AccessTokens
  readonly places: Slots
  readonly deadline: Deadline
  readonly timeoutMs: number
}

/** An attempt with a token; where the token is refused, one more with another. */
function attemptAt(request: ApiRequest, url: URL, parts: AttemptParts) {
  const { tokens, deadline } = parts
  let mayRenew = true
  return async function attempt(token: string): Promise<Json> {
    const asked = askedWith(token, request, url)
    const answer = await answerTo(request, asked, parts)
    if (answer.status !== 401 || !mayRenew) return readAnswer(answer, asked)
    mayRenew = false
    const other = await inTime(tokens.renewed(token), deadline)
    const askedAgain = askedWith(other, request, url)
    return readAnswer(await answerTo(request, askedAgain, parts), askedAgain)
  }
}

function inTime(token: string | Promise<string>, deadline: Deadline): string | Promise<string> {
  return typeof token === 'string' ? token : waitFor(token, deadline)
}

/** What is created twice is there twice; everything else may be said again. */
function askedWith(token: string, { method }: ApiRequest, url: URL): Asked {
  return { method, url, isRepeatable: method !== 'POST', secrets: [token] }
}

async function answerTo(
  { body }: ApiRequest,
  asked: Asked,
  { send, places, ...limits }: AttemptParts,
): Promise<Answer> {
  await places.take(limits.deadline)
  try {
    return await exchange(send, callWith(asked, body), asked, limits)
  } finally {
    places.give()
  }
}

function callWith({ method, url, secrets: [token] }: Asked, body: Json | undefined): Call {
  const authorization = `Bearer ${token}`
  if (!body) return { method, url, headers: { authorization, accept } }
  const headers = { authorization, accept, 'content-type': 'application/json' }
  return { method, url, headers, body: JSON.stringify(body) }
}

const accept = 'application/json'

function busy(): ApiError {
  return new ApiError('api_busy', `${maxPendingCalls} calls are waiting for Scalekit already`, {
    isRetryable: true,
  })
}
