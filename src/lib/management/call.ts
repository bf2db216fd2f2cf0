import type { Clock } from '../ground/clock.ts'
import type { Logger } from '../ground/log.ts'
import type { Json } from '../ground/types.ts'
import type { Send } from '../outgoing/request.ts'
import type { Call } from '../outgoing/transport.ts'
import { type AccessTokens, type ApiClient, accessTokens } from './access-token.ts'
import { type Asked, isPutOff, readAnswer } from './answer.ts'
import { type Deadline, deadlineIn, waitFor } from './deadline.ts'
import { exchange } from './exchange.ts'
import { type Query, queryText } from './path.ts'
import { withRetries } from './retry.ts'
import { slots } from './slots.ts'

/** The request of one API call. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Made by `apiPath`, which encodes the values in it. */
  readonly path: string
  readonly query?: Query
  readonly body?: Json
}

/** Options of every call, besides its own arguments. */
export interface CallOptions {
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined
  /** Maximum duration of the whole call, including retries and pauses, in milliseconds. */
  readonly timeoutMs?: number | undefined
}

/** @throws {@link ApiError} for every result but a JSON object */
export type CallApi = (request: ApiRequest, options?: CallOptions) => Promise<Json>

/** Limits of calls. */
export interface ApiLimits {
  /** Maximum duration of one attempt, in milliseconds. */
  readonly timeoutMs: number
  /** Maximum duration of a whole call, in milliseconds. */
  readonly totalTimeoutMs: number
  /** Maximum number of concurrent calls. Further calls wait. */
  readonly maxConcurrentCalls: number
}

export interface ApiParts {
  readonly client: ApiClient
  readonly send: Send
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: ApiLimits
}

/** Sends all API calls: with a token, with a timeout, and with retries where they are safe. */
export function apiCalls({ client, send, clock, logger, limits }: ApiParts): CallApi {
  const { origin } = client.environmentUrl
  const tokens = accessTokens({ client, send, clock, logger, ...limits })
  const places = slots(limits.maxConcurrentCalls)

  return async function callApi(request, options = {}) {
    const deadline = deadlineIn(options.timeoutMs ?? limits.totalTimeoutMs, options.signal)
    // All calls wait for the same token. If the request for it fails, the calls do not each retry
    // it.
    const token = () => inTime(tokens.current(), deadline)
    await token()
    // The slot is kept between attempts: another call in this slot would have to wait for the same
    // API.
    await places.take(deadline)
    try {
      const parts = { send, origin, tokens, deadline, logger, timeoutMs: limits.timeoutMs }
      return await withRetries(token, attemptAt(request, parts), deadline)
    } finally {
      places.give()
    }
  }
}

interface AttemptParts {
  readonly send: Send
  readonly origin: string
  readonly tokens: AccessTokens
  readonly deadline: Deadline
  readonly logger: Logger
  readonly timeoutMs: number
}

/**
 * Sends an attempt with a token. If the API refuses the token for the first time, returns
 * `undefined`.
 */
function attemptAt(request: ApiRequest, parts: AttemptParts) {
  const { send, origin, tokens } = parts
  let mayRenew = true
  // Whether an earlier attempt may have taken effect although its response was lost. A postponed
  // attempt had no effect.
  let isInDoubt = false
  return async function attempt(token: string, count: number): Promise<Json | undefined> {
    const wasInDoubt = isInDoubt
    isInDoubt = true
    const asked = askedWith(token, request)
    const answer = await exchange(send, callWith(asked, origin, request), asked, parts, count)
    if (answer.status === 401 && mayRenew) {
      mayRenew = false
      isInDoubt = wasInDoubt
      tokens.refused(token)
      return undefined
    }
    // An earlier attempt has deleted the resource, so this one does not find it.
    if (answer.status === 404 && request.method === 'DELETE' && wasInDoubt) return {}
    isInDoubt = wasInDoubt || !isPutOff(answer)
    return readAnswer(answer, asked)
  }
}

function inTime(token: string | Promise<string>, deadline: Deadline): string | Promise<string> {
  return typeof token === 'string' ? token : waitFor(token, deadline)
}

/** POST is not idempotent; every other method may be retried. */
function askedWith(token: string, { method, path }: ApiRequest): Asked {
  const isRepeatable = method !== 'POST'
  // A deletion may be retried, but the retry must be known here, so that its 404 counts as success.
  const once = method === 'POST' || method === 'DELETE'
  return { method, path, isRepeatable, once, secrets: [token] }
}

function callWith({ secrets: [token] }: Asked, origin: string, request: ApiRequest): Call {
  const { method, query, body } = request
  const path = request.path + queryText(query)
  const authorization = `Bearer ${token}`
  if (!body) return { method, origin, path, headers: { authorization, accept } }
  const headers = { authorization, accept, 'content-type': 'application/json' }
  return { method, origin, path, headers, body: JSON.stringify(body) }
}

const accept = 'application/json'
