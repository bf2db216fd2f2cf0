/** Rejects when the work takes longer; what comes of it later is nobody's any more. */
export function within<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`did not answer within ${timeoutMs} ms`))
    const timer = setTimeout(late, timeoutMs)
    work.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
}
