/**
 * Each limit passes in this many parts. A process that is blocked uses up one of them at most.
 */
const parts = 4

/**
 * Calls `expire` when the limit is reached. A process may be blocked, by a computation or by its
 * share of the CPU. A response that arrives meanwhile is read only after it, and timers come first:
 * one timer for the whole limit would take that for a service that does not respond.
 *
 * @returns a function that stops the timer
 */
export function startTimeLimit(timeoutMs: number, expire: () => void): () => void {
  let left = parts
  let timer = setTimeout(pass, timeoutMs / parts)
  function pass(): void {
    left -= 1
    if (left === 0) expire()
    else timer = setTimeout(pass, timeoutMs / parts)
  }
  return () => clearTimeout(timer)
}
