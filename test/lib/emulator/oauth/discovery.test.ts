import { expect, it } from 'vitest'
import { startEmulator } from '../../../../src/testing.ts'

it('discovery names the endpoints and what they take', async () => {
  const emulator = await startEmulator({ scopes: ['invoices:read'] })
  const { url } = emulator
  const answer = await fetch(`${url}/.well-known/openid-configuration`)
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(await answer.json()).toEqual({
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    userinfo_endpoint: `${url}/userinfo`,
    revocation_endpoint: `${url}/revoke`,
    jwks_uri: `${url}/keys`,
    end_session_endpoint: `${url}/oidc/logout`,
    scopes_supported: ['openid', 'email', 'profile', 'offline_access', 'invoices:read'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  })
  await emulator.close()
})
