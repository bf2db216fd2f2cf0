import type { Clock } from './clock.ts'

/**
 * Shares one call and keeps its result. A failure is kept only for `retryAfterMs`, so that the next
 * caller after that tries again and a broken dependency is not hammered.
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
      // If the clock throws, nothing could end this failure later: the next caller tries again.
      pending = undefined
      failedAt = clock()
      pending = failed
      throw error
    })
    return pending
  }
}
