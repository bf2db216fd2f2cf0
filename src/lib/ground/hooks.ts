import { withTimeout } from './with-timeout.ts'

/*
 * Every function of the application is called by one of these. It may throw, reject, never settle
 * or return something else than its type says. The caller checks what it returns.
 */

/** How long a request waits for a function of the application; proxies give up after a minute. */
const hookTimeoutMs = 30_000

/** Calls a hook. What it throws is a rejection, too. */
export async function callHook<Value>(hook: () => Value | Promise<Value>): Promise<Value> {
  return hook()
}

/** Calls a hook that a request waits for. Rejects when it takes longer than `timeoutMs`. */
export function answerInTime<Value>(
  hook: () => Value | Promise<Value>,
  timeoutMs: number = hookTimeoutMs,
): Promise<Value> {
  return withTimeout(timeoutMs, callHook(hook))
}

/**
 * Calls a hook that a request waits for only where it returns a promise.
 *
 * @throws what the hook throws at once
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
 * Calls a hook whose result is needed at once. A promise is returned as it is. Its rejection is
 * ignored: otherwise it would end the process.
 */
export function answerAtOnce<Value>(hook: () => Value): Value {
  const answer = hook()
  catchRejection(answer, () => {})
  return answer
}

/** Calls a hook that nothing waits for. `onFailure` gets what it throws or rejects with. */
export function callUnawaited(hook: () => unknown, onFailure: (error: unknown) => void): void {
  try {
    catchRejection(hook(), onFailure)
  } catch (error) {
    onFailure(error)
  }
}

function catchRejection(answer: unknown, onRejected: (error: unknown) => void): void {
  if (typeof answer !== 'object' || answer === null) return
  // Not `instanceof Promise`: a promise of another realm or of a library rejects, too.
  Promise.resolve(answer).then(undefined, onRejected)
}
