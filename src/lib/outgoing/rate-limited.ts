/**
 * What to do about a 429.
 *
 * @param retryAfter The header `Retry-After`, which has seconds or a date.
 */
export function rateLimited(retryAfter: string | null | undefined): string {
  const when = /^[\w ,:+-]{1,40}$/.test(retryAfter ?? '') ? ` Retry-After: ${retryAfter}.` : ''
  return `Scalekit limits the rate of calls (429): call it less often.${when}`
}
