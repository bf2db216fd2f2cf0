import { isObject } from '../../ground/is-object.ts'
import type { Claims } from '../state/keys.ts'
import type { State } from '../state/state.ts'
import { askInterceptors } from './ask-interceptors.ts'

/**
 * Asks the interceptors before a machine receives a token.
 *
 * @returns the claims of the token, including those that an interceptor adds or replaces
 * @throws {@link OAuthError} `access_denied`
 */
export async function interceptedClientClaims(
  state: State,
  claims: Claims,
  scopes: readonly string[],
): Promise<Claims> {
  const clientId = String(claims.client_id)
  const { custom_claims = {}, oid } = claims
  const asked = {
    custom_claims,
    ...(oid !== undefined && { oid }),
    scope: scopes.join(' '),
    scopes,
  }
  const { claims: changes } = await askInterceptors(state, 'PRE_M2M_TOKEN_CREATION', {
    context: { client_id: clientId },
    data: { m2m_token_claims: { client_id: clientId, claims: asked } },
  })
  if (!isObject(changes)) return claims
  const allowed = Object.entries(changes).filter(([name]) => !fixedClaims.has(name))
  return { ...claims, ...Object.fromEntries(allowed) }
}

/** Claims that an interceptor cannot change: the issuer, the client and the times. */
const fixedClaims = new Set(['iss', 'sub', 'client_id', 'oid', 'iat', 'nbf', 'exp', 'jti'])
