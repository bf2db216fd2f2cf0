import { ApiError, ScalekitError } from '../ground/errors.ts'
import { isTimeout, type Send } from '../outgoing/request.ts'
import type { Answer, Call } from '../outgoing/transport.ts'
import { type Asked, nameOf, unusable } from './answer.ts'
import { cancelled, type Deadline, exceeded, remainingMs } from './deadline.ts'

/** Room for a page of people with all that their directory knows of them. */
const maxBodyBytes = 8 * 1024 * 1024

/**
 * Makes one attempt at a call.
 *
 * @throws {@link ApiError} where no whole answer came
 */
export async function exchange(
  send: Send,
  { method, origin, path, headers, body }: Call,
  asked: Asked,
  { deadline, timeoutMs }: AttemptLimits,
): Promise<Answer> {
  const remaining = remainingMs(deadline)
  // Sent now, it would be given up at once, and nobody would know what became of it. `NaN` is no
  // time either.
  if (!(remaining > 0)) throw exceeded(deadline)
  try {
    return await send({
      // One by one: a spread here takes as long as a quarter of the call.
      method,
      origin,
      path,
      headers,
      body,
      maxBodyBytes,
      signal: deadline.signal,
      timeoutMs: Math.min(timeoutMs, remaining),
      once: asked.once,
    })
  } catch (error) {
    throw noAnswer(error, asked, deadline)
  }
}

/** How long an attempt may take. */
export interface AttemptLimits {
  readonly deadline: Deadline
  /** The longest one attempt may take. */
  readonly timeoutMs: number
}

function noAnswer(error: unknown, asked: Asked, { signal }: Deadline): unknown {
  if (!(error instanceof ScalekitError)) return error
  if (signal?.aborted) return cancelled(signal)
  if (error.code === 'provider_failed') {
    return unusable(asked, `cannot be used: ${error.message}`, { cause: error })
  }
  const code = isTimeout(error) ? 'api_deadline_exceeded' : 'api_unavailable'
  return new ApiError(code, `${nameOf(asked)} failed: ${error.message}`, {
    cause: error,
    isRetryable: asked.isRepeatable,
  })
}
