/**
 * What the store's clock says at one moment, in milliseconds since the epoch. An answer takes time,
 * so it is known only within bounds. Where a session could be over or not, take the bound by which
 * it is over: `earliest` for the begin of a sign-in, `latest` for its end and for a revocation.
 */
export interface StoreTime {
  readonly earliest: number
  readonly latest: number
}

/**
 * Goes on from one answer of the store, by this machine's monotonic clock, so that neither a wrong
 * nor an adjusted clock of this process matters.
 *
 * @param now What the store's clock said, at some moment between the question and this call.
 * @param askedAt When it was asked, by `performance.now()`.
 * @throws {@link TypeError} for a store that does not say the time
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
      // Redis and JavaScript cut their times off at whole milliseconds.
      latest: Math.ceil(now + 1 + at - askedAt),
    }
  }
}
