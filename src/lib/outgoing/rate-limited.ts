/**
 * Returns the hint for a 429 response.
 *
 * @param retryAfter The header `Retry-After`: seconds or a date.
 */
export function rateLimited(retryAfter: string | null | undefined): string {
  const when = /^[\w ,:+-]{1,40}$/.test(retryAfter ?? '') ? ` Retry-After: ${retryAfter}.` : ''
  return `Scalekit limits the rate of calls (429): call it less often.${when}`
}
