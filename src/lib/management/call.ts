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

export interface ApiParts {
  readonly client: ApiClient
  readonly send: Send
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: ApiLimits
}

/** The one way to the API: with a token, in time, and again where that is safe. */
export function apiCalls({ client, send, clock, logger, limits }: ApiParts): CallApi {
  const { origin } = client.environmentUrl
  const tokens = accessTokens({ client, send, clock, logger, ...limits })
  const places = slots(limits.maxConcurrentCalls)

  return async function callApi(request, options = {}) {
    const deadline = deadlineIn(options.timeoutMs ?? limits.totalTimeoutMs, options.signal)
    // All wait for the same token; when it does not come, that is not for each of them to try again.
    const token = () => inTime(tokens.current(), deadline)
    await token()
    // Held between attempts: another call with this slot would wait for the same API.
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

/** An attempt with a token; where that is refused for the first time, nothing comes of it. */
function attemptAt(request: ApiRequest, parts: AttemptParts) {
  const { send, origin, tokens } = parts
  let mayRenew = true
  // Whether an attempt may have had its effect unknown to us; one that was put off had none.
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
    // What an earlier attempt has deleted, this one does not find.
    if (answer.status === 404 && request.method === 'DELETE' && wasInDoubt) return {}
    isInDoubt = wasInDoubt || !isPutOff(answer)
    return readAnswer(answer, asked)
  }
}

function inTime(token: string | Promise<string>, deadline: Deadline): string | Promise<string> {
  return typeof token === 'string' ? token : waitFor(token, deadline)
}

/** What is created twice is there twice; everything else may be said again. */
function askedWith(token: string, { method, path }: ApiRequest): Asked {
  const isRepeatable = method !== 'POST'
  // A deletion may be repeated, but that it was has to be known.
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
