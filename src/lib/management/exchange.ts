import { ApiError, ScalekitError } from '../errors.ts'
import { type Answer, type Call, isTimeout, type Send } from '../request.ts'
import { type Asked, unusable } from './answer.ts'
import { cancelled, type Deadline } from './deadline.ts'

/** Room for a page of people with all that their directory knows of them. */
const maxBodyBytes = 8 * 1024 * 1024

/**
 * Makes one attempt at a call.
 *
 * @throws {@link ApiError} where no whole answer came
 */
export async function exchange(
  send: Send,
  call: Call,
  { asked, deadline, timeoutMs }: Attempt,
): Promise<Answer> {
  try {
    return await send({
      ...call,
      maxBodyBytes,
      signal: deadline.signal,
      timeoutMs: Math.min(timeoutMs, deadline.remainingMs()),
      once: !asked.isRepeatable,
    })
  } catch (error) {
    throw noAnswer(error, asked, deadline)
  }
}

export interface Attempt {
  readonly asked: Asked
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
  return new ApiError(code, `${asked.name} failed: ${error.message}`, {
    cause: error,
    isRetryable: asked.isRepeatable,
  })
}
