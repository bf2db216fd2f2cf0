/** Resolves after `ms` milliseconds, by the timers of `globalThis`, which tests replace. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
