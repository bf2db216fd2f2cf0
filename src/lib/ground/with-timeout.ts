/** Rejects when the work takes longer; what comes of it later is nobody's any more. */
export function withTimeout<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`timed out after ${timeoutMs} ms`))
    const timer = setTimeout(late, timeoutMs)
    work.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
}

/** How long somebody waits for a function of the application; proxies give up after a minute. */
const hookTimeoutMs = 30_000

/** What a function of the application answers, at once or in time. */
export function answerInTime<Value>(ask: () => Value | Promise<Value>): Promise<Value> {
  return withTimeout(hookTimeoutMs, (async () => ask())())
}
