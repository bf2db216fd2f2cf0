import { sha256 } from '../ground/bytes.ts'
import { revocationPath } from './oauth/revoke.ts'
import type { Call } from './server/call.ts'

/** What a request to the token endpoint presented, without the token. */
export interface PresentedToken {
  /** `grant_type` of a request to the token endpoint. */
  readonly grantType?: string
  /**
   * SHA-256, in base64url, of the refresh token that was presented, or of the token to be revoked.
   * Two requests with the same value presented the same token.
   */
  readonly tokenHash?: string
}

const endpoints: ReadonlyMap<string, string> = new Map([
  ['/oauth/token', 'refresh_token'],
  [revocationPath, 'token'],
])

export function presentedToken({ path, query, form }: Call): PresentedToken {
  const parameter = endpoints.get(path)
  if (parameter === undefined) return {}
  const [grantType, token] = ['grant_type', parameter].map(
    (name) => form.get(name) ?? query.get(name),
  )
  return {
    ...(grantType && { grantType }),
    ...(token && { tokenHash: sha256(token).toString('base64url') }),
  }
}
