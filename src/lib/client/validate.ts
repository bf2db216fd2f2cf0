import type { Clock } from '../ground/clock.ts'
import { AccessError, LoginError } from '../ground/errors.ts'
import type { AccessTokenClaims } from '../ground/types.ts'
import { scopesOf, verifyAccessToken } from '../oidc/access-token.ts'
import type { Client } from '../oidc/discovery.ts'
import { verifyIdpLogin } from '../oidc/idp-initiated.ts'
import type { KeySet } from '../oidc/key-sets.ts'
import type { IdpInitiatedLoginClaims, TokenValidationOptions } from './sign-in-types.ts'

/** The dependencies for verifying a token from a request. */
export interface ValidationParts {
  readonly client: Client
  readonly keys: () => Promise<KeySet>
  readonly clock: Clock
}

/** Verifies an access token and its scopes. */
export async function validateToken(
  token: string,
  options: TokenValidationOptions,
  { client, keys, clock }: ValidationParts,
): Promise<AccessTokenClaims> {
  const { issuer = client.issuer, audience, organizationClients, requiredScopes = [] } = options
  const claims = await verifyAccessToken(token, {
    keys: await keys(),
    issuer,
    clientId: client.clientId,
    ...(audience === undefined ? {} : { audience }),
    organizationClients: organizationClients === true,
    clock,
  })
  const granted = scopesOf(claims)
  const missing = requiredScopes.filter((scope) => !granted.includes(scope))
  if (missing.length === 0) return claims
  throw new AccessError('insufficient_scope', `The token lacks the scopes ${missing.join(', ')}`)
}

/** Verifies the token of an identity-provider-initiated sign-in. */
export async function validateIdpLogin(
  token: string,
  { client: { issuer, clientId }, keys, clock }: ValidationParts,
): Promise<IdpInitiatedLoginClaims> {
  if (typeof token !== 'string') {
    throw new LoginError('idp_login_invalid', 'The token must be one string')
  }
  const login = await verifyIdpLogin(token, { keys: await keys(), issuer, clientId, clock })
  const { organizationId, connectionId, loginHint, relayState } = login
  return {
    organization_id: organizationId,
    connection_id: connectionId,
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    ...(relayState === undefined ? {} : { relay_state: relayState }),
  }
}
