import { randomSecret } from '../format/ids.ts'
import type { Claims } from '../state/keys.ts'
import type { Grant, State } from '../state/state.ts'
import type { OrganizationClient } from '../world/organization-clients.ts'
import {
  accessTokenClaims,
  clientTokenClaims,
  idTokenClaims,
  organizationTokenClaims,
} from './claims.ts'
import { interceptedClientClaims } from './intercept-client-token.ts'

/** Issues the tokens of a grant, as the body of the token response. */
export async function issueTokens(state: State, grant: Grant, code?: string): Promise<Claims> {
  const accessToken = await issueAccessToken(state, grant)
  const hashed = { accessToken, ...(code !== undefined && { code }) }
  const idToken = state.faults.distort('idToken', idTokenClaims(state, grant, hashed))
  return state.faults.distort('tokenResponse', {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: state.settings.lifetimes.accessTokenSeconds,
    id_token: await state.keys.sign(idToken),
    ...(grant.scopes.includes('offline_access') && {
      refresh_token: issueRefreshToken(state, grant),
    }),
    scope: grant.scopes.join(' '),
  })
}

/** Issues a token for the application itself. Faults only affect tokens of people. */
export async function issueClientToken(state: State, scopes: readonly string[]): Promise<Claims> {
  const { clientTokenSeconds } = state.settings.lifetimes
  const claims = await interceptedClientClaims(state, clientTokenClaims(state, scopes), scopes)
  const token = await state.keys.sign(claims)
  state.clientTokens.set(token, state.clock() + clientTokenSeconds * 1000)
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: clientTokenSeconds,
    scope: typeof claims.scope === 'string' ? claims.scope : scopes.join(' '),
  }
}

/** Issues a token for a client of one organization. The management API does not accept it. */
export async function issueOrganizationToken(
  state: State,
  client: OrganizationClient,
  scopes: readonly string[],
): Promise<Claims> {
  return {
    access_token: await state.keys.sign(organizationTokenClaims(state, client, scopes)),
    token_type: 'Bearer',
    expires_in: client.expirySeconds,
    scope: scopes.join(' '),
  }
}

async function issueAccessToken(state: State, grant: Grant): Promise<string> {
  const claims = state.faults.distort('accessToken', accessTokenClaims(state, grant))
  const token = await state.keys.sign(claims)
  const expiresAt = state.clock() + state.settings.lifetimes.accessTokenSeconds * 1000
  state.accessTokens.set(token, { grant, expiresAt })
  return token
}

function issueRefreshToken(state: State, grant: Grant): string {
  const token = randomSecret('rt_')
  state.refreshTokens.set(token, { grant })
  return token
}
