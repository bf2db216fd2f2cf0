import { type Answer, json } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { revocationPath } from './revoke.ts'

/** `GET /.well-known/openid-configuration` */
export function discovery({ issuer, settings }: State): Answer {
  return json(200, {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    ...(settings.tokenRevocation && { revocation_endpoint: `${issuer}${revocationPath}` }),
    jwks_uri: `${issuer}/keys`,
    end_session_endpoint: `${issuer}/oidc/logout`,
    scopes_supported: settings.scopes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    ...(settings.product === 'full-stack' && {
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    }),
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  })
}

/** `GET /keys` */
export async function keys(state: State): Promise<Answer> {
  return json(200, await state.keys.published())
}
