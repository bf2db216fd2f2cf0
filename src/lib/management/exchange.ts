import { ApiError, ScalekitError } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import { isTimeout, type Send } from '../outgoing/request.ts'
import type { Answer, Call } from '../outgoing/transport.ts'
import { type Asked, nameOf, unusable } from './answer.ts'
import { tellAnswer, tellNoAnswer } from './call-log.ts'
import { cancelled, type Deadline, exceeded, remainingMs } from './deadline.ts'

/** Room for a page of people with all that their directory knows of them. */
const maxBodyBytes = 8 * 1024 * 1024

/**
 * Makes one attempt at a call.
 *
 * @param attempt Which one it is, from 1.
 * @throws {@link ApiError} where no whole answer came
 */
export async function exchange(
  send: Send,
  { method, origin, path, headers, body }: Call,
  asked: Asked,
  { deadline, timeoutMs, logger }: AttemptParts,
  attempt: number,
): Promise<Answer> {
  const remaining = remainingMs(deadline)
  // Sent now, it would be given up at once, and nobody would know what became of it. `NaN` is no
  // time either.
  if (!(remaining > 0)) throw exceeded(deadline)
  const log = { logger, attempt, beganAt: performance.now() }
  let answer: Answer
  try {
    answer = await send({
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
    const failure = noAnswer(error, asked, deadline)
    tellNoAnswer(failure, asked, log)
    throw failure
  }
  tellAnswer(answer, asked, log)
  return answer
}

/** How long an attempt may take, and where it is told of. */
export interface AttemptParts {
  readonly deadline: Deadline
  /** The longest one attempt may take. */
  readonly timeoutMs: number
  readonly logger: Logger
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
    hint: error.hint,
    isRetryable: asked.isRepeatable,
  })
}
