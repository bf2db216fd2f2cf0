import type { Clock } from './clock.ts'

/**
 * Answers a function that says whether one more may happen now, and counts it if so: at most
 * `count` in any span of `spanMs` milliseconds.
 */
export function rateLimit(count: number, spanMs: number, clock: Clock): () => boolean {
  const latest: number[] = []
  return function mayHappen() {
    const now = clock()
    const isFull = latest.length === count
    // A clock that was set back must not keep everything waiting until it is there again.
    if (isFull && Math.abs(now - latest[0]!) < spanMs) return false
    if (isFull) latest.shift()
    latest.push(now)
    return true
  }
}
