import type { Clock } from '../ground/clock.ts'
import { credentialsHint } from '../ground/credentials-hint.ts'
import { ApiError } from '../ground/errors.ts'
import { debug, type Logger } from '../ground/log.ts'
import type { Secret } from '../ground/secret.ts'
import type { Send } from '../outgoing/request.ts'
import type { Answer, Call } from '../outgoing/transport.ts'
import { type Asked, jsonObject, readAnswer, unusable } from './answer.ts'
import { deadlineIn } from './deadline.ts'
import { exchange } from './exchange.ts'
import { withRetries } from './retry.ts'

/** The environment and the application's credentials. */
export interface ApiClient {
  readonly environmentUrl: URL
  readonly clientId: string
  readonly clientSecret: Secret
}

export interface AccessTokens {
  /** Returns a valid token: synchronously if one is cached, otherwise as a promise. */
  current(): string | Promise<string>
  /** Reports that the API refused this token, so that a new one is requested. */
  refused(token: string): void
}

interface TokenParts {
  readonly client: ApiClient
  readonly send: Send
  readonly clock: Clock
  readonly logger: Logger
  readonly timeoutMs: number
  readonly totalTimeoutMs: number
}

interface Held {
  readonly token: string
  readonly renewAt: number
}

/** The assumed lifetime of a token, in seconds, if the response names none. */
const assumedSeconds = 300
const longestSeconds = 86_400
/**
 * A token is renewed this long before it expires, in milliseconds, so that it does not expire in
 * transit.
 */
const marginMs = 30_000

/**
 * Manages the application's own access token, obtained with its client credentials. The token is
 * opaque: only its lifetime is read. Concurrent callers share one request.
 *
 * @see RFC 6749 section 4.4
 */
export function accessTokens(parts: TokenParts): AccessTokens {
  const { client, send, clock, logger, timeoutMs, totalTimeoutMs } = parts
  let held: Held | undefined
  let pending: Promise<string> | undefined

  async function fetchToken(): Promise<string> {
    const askedAt = clock()
    const deadline = deadlineIn(totalTimeoutMs, undefined)
    const call = tokenCall(client)
    const asked = askedFor(client, call)
    const { token, lifetimeSeconds } = await withRetries(
      () => call,
      async (_call, count) => {
        const limits = { deadline, timeoutMs, logger }
        return readToken(await exchange(send, call, asked, limits, count), asked)
      },
      deadline,
    )
    debug(logger, `Scalekit API: access token obtained, expires in ${lifetimeSeconds} s`)
    held = { token, renewAt: askedAt + renewAfterMs(lifetimeSeconds) }
    return token
  }

  function renew(): Promise<string> {
    pending ??= fetchToken().finally(() => {
      pending = undefined
    })
    return pending
  }

  return {
    current: () => (held && clock() < held.renewAt ? held.token : renew()),
    refused(token) {
      // A concurrent call may have reported this token already, and a newer one may be cached.
      if (held?.token === token) held = undefined
    },
  }
}

function renewAfterMs(lifetimeSeconds: number): number {
  const lifetimeMs = lifetimeSeconds * 1000
  return lifetimeMs - Math.min(marginMs, lifetimeMs / 10)
}

/** Requesting a second token has no side effect, so the call can be repeated. */
function askedFor({ clientSecret }: ApiClient, { method, path }: Call): Asked {
  return { method, path, isRepeatable: true, once: false, secrets: [clientSecret.reveal()] }
}

function tokenCall({ environmentUrl, clientId, clientSecret }: ApiClient): Call {
  return {
    method: 'POST',
    origin: environmentUrl.origin,
    path: '/oauth/token',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret.reveal(),
    }).toString(),
  }
}

function readToken(answer: Answer, asked: Asked): { token: string; lifetimeSeconds: number } {
  assertAccepted(answer)
  const { access_token: token, token_type: type, expires_in: lifetime } = readAnswer(answer, asked)
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer'
  // RFC 6750 section 2.1, but wider: any characters that a header can carry.
  if (!isBearer || typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw unusable(asked, 'holds no bearer token')
  }
  return { token, lifetimeSeconds: secondsOf(lifetime) }
}

/**
 * A lifetime of zero counts as one second. An absent or unreadable one counts as the assumed
 * lifetime. The API decides whether a token is valid.
 */
function secondsOf(lifetime: unknown): number {
  const seconds = typeof lifetime === 'string' ? Number(lifetime) : lifetime
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return assumedSeconds
  return Math.min(Math.max(seconds, 1), longestSeconds)
}

/**
 * Reads OAuth's own error format. The description is left out, because it may repeat the request.
 */
function assertAccepted(answer: Answer): void {
  const { error } = answer.status === 400 || answer.status === 401 ? (jsonObject(answer) ?? {}) : {}
  if (typeof error !== 'string' || !/^\w{1,64}$/.test(error)) return
  throw new ApiError('api_unauthenticated', `Scalekit refused the client credentials: ${error}`, {
    status: answer.status,
    errorCode: error,
    requestId: answer.headers['x-request-id'],
    hint: credentialsHint,
  })
}
