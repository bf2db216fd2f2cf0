import { sha256 } from '../ground/bytes.ts'
import { revocationPath } from './oauth/revoke.ts'
import type { Call } from './server/call.ts'

/** Details of the token in a request to the token endpoint, without the token itself. */
export interface PresentedToken {
  /** The `grant_type` of a request to the token endpoint. */
  readonly grantType?: string
  /**
   * SHA-256, in base64url, of the refresh token or of the token to revoke. Two requests with the
   * same value contained the same token.
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
