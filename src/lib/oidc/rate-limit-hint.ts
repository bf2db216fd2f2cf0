import { rateLimited } from '../outgoing/rate-limited.ts'

/**
 * Returns the hint for a rate limit of Scalekit, from a response or an error that has one among its
 * causes.
 */
export function rateLimitHint(error: unknown): string | undefined {
  const response = responseIn(error)
  return response?.status === 429 ? rateLimited(response.headers.get('retry-after')) : undefined
}

function responseIn(error: unknown): Response | undefined {
  if (error instanceof Response) return error
  if (!(error instanceof Error)) return undefined
  const { response } = error as Error & { readonly response?: unknown }
  return response instanceof Response ? response : responseIn(error.cause)
}
