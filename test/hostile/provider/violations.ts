import type { Grant } from './lies.ts'

/** A request as the provider got it. */
export interface RecordedRequest {
  /** By `performance.now()`. */
  readonly receivedAt: number
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly authorization: string | undefined
}

/** At most one of these may say where to sign in. */
const selectors = ['connection_id', 'organization_id', 'domain', 'provider']

/** Parameters that must be new for each sign-in, and impossible to guess. */
const unguessable = ['state', 'nonce', 'code_challenge']

/** What every sound client keeps from doing at the authorization endpoint. @see RFC 9700 section 2.1 */
export function authorizationFaults({ query }: RecordedRequest, used: Set<string>): string[] {
  const faults = unguessable.flatMap((name) => {
    const value = query.get(name) ?? ''
    if (!/^[\w-]{22,}$/.test(value)) return [`${name} can be guessed`]
    if (used.has(value)) return [`${name} was used before`]
    used.add(value)
    return []
  })
  if (query.get('code_challenge_method') !== 'S256') faults.push('PKCE is not S256')
  if (query.get('response_type') !== 'code') faults.push('response_type is not code')
  const named = selectors.filter((name) => query.has(name)).join()
  // A connection and its organization are one place.
  if (named.includes(',') && named !== 'connection_id,organization_id') faults.push('two selectors')
  if (new Set(query.keys()).size !== query.size) faults.push('a parameter twice')
  return faults
}

/** What every sound client keeps from doing at the token endpoint. @see RFC 6749 sections 2.3, 4.1.3 */
export function tokenFaults(
  { form, authorization }: RecordedRequest,
  grant: (Grant & { readonly redirectUri: string; readonly isUsed: boolean }) | undefined,
): string[] {
  const faults: string[] = []
  if (!grant) faults.push('a code of nobody')
  if (grant?.isUsed) faults.push('a code sent twice')
  if (grant && form.get('redirect_uri') !== grant.redirectUri) faults.push('another redirect_uri')
  if (authorization !== undefined) faults.push('credentials sent in two ways')
  return faults
}

/** Secrets in a URL end up in logs. */
export function urlFaults({ path, query }: RecordedRequest): string[] {
  const secrets = ['client_secret', 'code', 'code_verifier', 'access_token', 'refresh_token']
  return secrets.filter((name) => query.has(name)).map((name) => `${name} in the URL of ${path}`)
}
