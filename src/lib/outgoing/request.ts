import { isLoopback } from '../ground/environment-url.ts'
import { ScalekitError } from '../ground/errors.ts'
import { longestTimerMs } from '../ground/longest-timer.ts'
import { startTimeLimit } from '../ground/time-limit.ts'
import { type Fetch, fetchTransport } from './fetch-transport.ts'
import { nodeTransport } from './node-transport.ts'
import { type Answer, type Call, failed, type Limit } from './transport.ts'

/** Maximum duration of a call from the first to the last byte, in milliseconds. */
const defaultTimeoutMs = 5000

/**
 * Sends one call. Redirects are not followed; they are returned like any other response.
 *
 * @throws {@link ScalekitError} `provider_unavailable` or `provider_failed`
 */
export type Send = (call: Call) => Promise<Answer>

/** Options of a {@link sender}. */
export interface SenderOptions {
  /** The only origins to which calls are sent, whatever the provider's documents name. */
  readonly origins: readonly string[]
  /** Maximum duration of the whole call, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number
  /** Replaces `node:http`, for proxies and tests. */
  readonly fetch?: Fetch
}

/** Sends all calls of this package. Each is limited in time, size and destination. */
export function sender(options: SenderOptions): Send {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  const transport = options.fetch ? fetchTransport(options.fetch) : nodeTransport(options.origins)
  return async function send(call) {
    if (!options.origins.includes(call.origin) || !call.path.startsWith('/')) {
      throw failed(`refused to call ${call.origin}, which is not the environment's origin`)
    }
    const limit: Limit = { reason: undefined, stop() {} }
    const clear = startLimit(limit, call.timeoutMs ?? timeoutMs, call.signal)
    try {
      call.signal?.throwIfAborted()
      const answer = await transport(call, limit)
      assertStatus(answer)
      return answer
    } catch (error) {
      if (error instanceof ScalekitError) throw error
      const cause = limit.reason ?? error
      const details = { cause, hint: hintFor(call, cause) }
      throw new ScalekitError('provider_unavailable', unavailable(call, cause), details)
    } finally {
      clear()
    }
  }
}

/** Whether a call failed because it timed out. */
export function isTimeout({ cause }: ScalekitError): boolean {
  return cause instanceof TimeIsUp
}

class TimeIsUp extends Error {}

function unavailable({ origin, signal }: Call, cause: unknown): string {
  if (signal?.aborted) return `The call to ${origin} was cancelled`
  return `${origin} ${cause instanceof TimeIsUp ? cause.message : 'cannot be reached'}`
}

/**
 * Returns a hint for a connection error. `fetch` puts the code in the error's cause. For a host
 * with two addresses, Node reports one error for each.
 */
function hintFor({ origin }: Call, cause: unknown): string | undefined {
  const codes = [cause, (cause as Partial<Error> | null)?.cause].map(
    (error) => (error as NodeJS.ErrnoException | null | undefined)?.code,
  )
  if (!codes.includes('ECONNREFUSED') || !isLoopback(new URL(origin))) return undefined
  return 'Is the emulator running? Start it with `npx express-scalekit emulator`.'
}

/**
 * Starts the timeout. `AbortSignal.timeout` is not used, because its timer would outlive every call
 * that succeeds in time.
 */
function startLimit(limit: Limit, limitMs: number, signal: AbortSignal | undefined): () => void {
  const expire = () => end(limit, new TimeIsUp(`did not respond within ${limitMs} ms`))
  const stop = startTimeLimit(Math.min(limitMs, longestTimerMs), expire)
  if (!signal) return stop
  const cancel = () => end(limit, signal.reason)
  signal.addEventListener('abort', cancel, { once: true })
  return () => {
    stop()
    signal.removeEventListener('abort', cancel)
  }
}

function end(limit: Limit, reason: unknown): void {
  limit.reason = reason
  limit.stop(reason)
}

/** Refuses a status for which no `Response` can be constructed. */
function assertStatus({ status }: Answer): void {
  if (status < 200 || status > 599) throw failed(`a response has the invalid status ${status}`)
}
