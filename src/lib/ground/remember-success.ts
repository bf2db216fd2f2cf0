import type { Clock } from './clock.ts'

/**
 * Shares one call between all callers and keeps its result. A failure is kept for `retryAfterMs`,
 * so that a broken dependency is not called in a tight loop; the next caller after that tries
 * again.
 */
export function rememberSuccess<Value>(
  load: () => Promise<Value>,
  { clock, retryAfterMs }: { readonly clock: Clock; readonly retryAfterMs: number },
): () => Promise<Value> {
  let pending: Promise<Value> | undefined
  let failedAt = Number.NEGATIVE_INFINITY
  return () => {
    if (failedAt !== Number.NEGATIVE_INFINITY && Math.abs(clock() - failedAt) >= retryAfterMs) {
      pending = undefined
      failedAt = Number.NEGATIVE_INFINITY
    }
    pending ??= load().catch((error: unknown) => {
      const failed = pending
      // If the clock throws, the failure could never expire. The next caller tries again.
      pending = undefined
      failedAt = clock()
      pending = failed
      throw error
    })
    return pending
  }
}
