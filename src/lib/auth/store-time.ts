/**
 * The time of the store's clock, in milliseconds since the epoch. A response takes time, so only
 * bounds are known. In doubt, use the bound by which a session has ended: `earliest` for the begin
 * of a sign-in, `latest` for its end and for a revocation.
 */
export interface StoreTime {
  readonly earliest: number
  readonly latest: number
}

/**
 * Continues the store's clock from one response with this machine's monotonic clock. A wrong or
 * adjusted clock of this process therefore has no effect.
 *
 * @param now The time of the store's clock, read between the request and this call.
 * @param askedAt When the request was sent, by `performance.now()`.
 * @throws {@link TypeError} if the store does not return its time
 */
export function storeTimeFrom(now: unknown, askedAt: number): () => StoreTime {
  if (typeof now !== 'number' || !Number.isFinite(now)) {
    throw new TypeError('`revocations.since()` of the store did not return its time as `now`')
  }
  const answeredAt = performance.now()
  return function storeTime() {
    const at = performance.now()
    return {
      earliest: Math.floor(now + at - answeredAt),
      // Redis and JavaScript truncate times to whole milliseconds.
      latest: Math.ceil(now + 1 + at - askedAt),
    }
  }
}
