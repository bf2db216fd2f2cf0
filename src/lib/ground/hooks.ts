import { withTimeout } from './with-timeout.ts'

/**
 * The kit calls every function of the application through one of these. Such a function may throw,
 * reject, never settle, or return a value of another type than declared. The caller of these
 * functions checks the value.
 */

/** How long a request waits for a function of the application. Proxies give up after a minute. */
const hookTimeoutMs = 30_000

/** Calls a hook. A synchronous throw becomes a rejection. */
export async function callHook<Value>(hook: () => Value | Promise<Value>): Promise<Value> {
  return hook()
}

/** Calls a hook for a request that waits for the result. Rejects after `timeoutMs`. */
export function answerInTime<Value>(
  hook: () => Value | Promise<Value>,
  timeoutMs: number = hookTimeoutMs,
): Promise<Value> {
  return withTimeout(timeoutMs, callHook(hook))
}

/**
 * Calls a hook for a request. The request only waits if the hook returns a promise.
 *
 * @throws the hook's synchronous error
 */
export function answerNowOrInTime<Value>(
  hook: () => Value | Promise<Value>,
  timeoutMs: number = hookTimeoutMs,
): Value | Promise<Value> {
  const answer = hook()
  return isThenable(answer) ? answerInTime(() => answer, timeoutMs) : answer
}

/** Not `instanceof Promise`: a promise may be of another realm or of a library. */
function isThenable(answer: unknown): answer is Promise<unknown> {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === 'function'
}

/**
 * Calls a hook whose result is needed synchronously. A promise is returned as it is, and its
 * rejection is ignored: otherwise it would end the process.
 */
export function answerAtOnce<Value>(hook: () => Value): Value {
  const answer = hook()
  catchRejection(answer, () => {})
  return answer
}

/** Calls a hook without waiting for it. `onFailure` receives its error or rejection. */
export function callUnawaited(hook: () => unknown, onFailure: (error: unknown) => void): void {
  try {
    catchRejection(hook(), onFailure)
  } catch (error) {
    onFailure(error)
  }
}

function catchRejection(answer: unknown, onRejected: (error: unknown) => void): void {
  if (typeof answer !== 'object' || answer === null) return
  // Not `instanceof Promise`: a promise of another realm or of a library can reject as well.
  Promise.resolve(answer).then(undefined, onRejected)
}
