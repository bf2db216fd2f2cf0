import type { Clock } from './clock.ts'

/**
 * Returns a rate limiter: each call reports whether one more action is allowed now, and counts it
 * if so. At most `count` actions are allowed in any span of `spanMs` milliseconds.
 */
export function rateLimit(count: number, spanMs: number, clock: Clock): () => boolean {
  const latest: number[] = []
  return function mayHappen() {
    const now = clock()
    const isFull = latest.length === count
    // After the clock was set back, actions must not be refused until it has caught up.
    if (isFull && Math.abs(now - latest[0]!) < spanMs) return false
    if (isFull) latest.shift()
    latest.push(now)
    return true
  }
}
