import { ApiError } from '../errors.ts'

/** How long a call may take in all, and how it ends before that. */
export interface Deadline {
  readonly signal: AbortSignal | undefined
  remainingMs(): number
  /**
   * Waits for work that others may share; it goes on when this call gives up.
   *
   * @throws {@link ApiError} `api_deadline_exceeded` or `api_cancelled`
   */
  wait<Value>(work: Promise<Value>): Promise<Value>
  /** Lets time pass. @throws as {@link Deadline.wait} */
  pause(ms: number): Promise<void>
}

/**
 * Starts counting, by a clock that nobody sets.
 *
 * @throws {@link ApiError} `api_cancelled`
 */
export function deadlineIn(timeoutMs: number, signal: AbortSignal | undefined): Deadline {
  if (signal?.aborted) throw cancelled(signal)
  const endsAt = performance.now() + timeoutMs
  const remainingMs = () => Math.max(0, endsAt - performance.now())

  function wait<Value>(work: Promise<Value>): Promise<Value> {
    let stop = () => {}
    const end = new Promise<never>((_resolve, reject) => {
      const timer = setTimeout(() => reject(exceeded(timeoutMs)), remainingMs())
      const cancel = () => reject(cancelled(signal))
      signal?.addEventListener('abort', cancel, { once: true })
      stop = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', cancel)
      }
    })
    return Promise.race([work, end]).finally(stop)
  }

  async function pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    await wait(over).finally(() => clearTimeout(timer))
  }

  return { signal, remainingMs, wait, pause }
}

export function cancelled(signal: AbortSignal | undefined): ApiError {
  return new ApiError('api_cancelled', 'The call was cancelled', { cause: signal?.reason })
}

function exceeded(timeoutMs: number): ApiError {
  const message = `The call was not done within ${timeoutMs} ms`
  return new ApiError('api_deadline_exceeded', message, { isRetryable: true })
}
