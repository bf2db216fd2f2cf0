/**
 * Resolves after `ms` milliseconds, by the timers of `globalThis`, which tests replace.
 *
 * @param closing Ends the delay when it is aborted, so that no timer keeps a process alive.
 */
export function delay(ms: number, closing?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, closing?.aborted ? 0 : ms)
    closing?.addEventListener('abort', end)

    function end(): void {
      clearTimeout(timer)
      closing?.removeEventListener('abort', end)
      resolve()
    }
  })
}
