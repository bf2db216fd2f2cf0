import { LoginError, type ScalekitErrorCode } from '../../ground/errors.ts'

/** Which of our codes each documented `error` of the redirect belongs to. */
const codeByError: Readonly<Record<string, ScalekitErrorCode>> = {
  access_denied: 'login_denied',
  unauthorized: 'login_denied',
  user_not_active: 'login_denied',
  login_required: 'login_incomplete',
  interaction_required: 'login_incomplete',
  user_login_required: 'login_incomplete',
  authentication_not_completed: 'login_incomplete',
  connection_not_active: 'connection_unavailable',
  no_active_connections: 'connection_unavailable',
  no_configured_connections: 'connection_unavailable',
  invalid_organization_id: 'target_unknown',
  invalid_connection_id: 'target_unknown',
  invalid_connection_selector: 'target_unknown',
  domain_not_found: 'target_unknown',
  invalid_user_domain: 'target_unknown',
  invalid_client: 'application_refused',
  invalid_redirect_uri: 'application_refused',
  invalid_request: 'application_refused',
  invalid_scope: 'application_refused',
  unauthorized_client: 'application_refused',
  application_not_active: 'application_refused',
  server_error: 'provider_failed',
  temporarily_unavailable: 'provider_unavailable',
  mandatory_attribute_missing: 'identity_provider_failed',
  invalid_id_token: 'identity_provider_failed',
  failed_to_exchange_token: 'identity_provider_failed',
  user_info_retrieve_failed: 'identity_provider_failed',
  invalid_saml_metadata: 'identity_provider_failed',
  invalid_saml_response: 'identity_provider_failed',
  invalid_saml_request: 'identity_provider_failed',
  invalid_saml_form_params: 'identity_provider_failed',
  signature_validation_failed: 'identity_provider_failed',
  invalid_acs_url: 'identity_provider_failed',
  invalid_assertion_url: 'identity_provider_failed',
  invalid_status: 'identity_provider_failed',
  malformed_saml_response: 'identity_provider_failed',
  assertion_expired: 'identity_provider_failed',
  response_expired: 'identity_provider_failed',
}

const hintByError: Readonly<Record<string, string>> = {
  invalid_connection_selector:
    "`login.fallback: 'hosted'` needs Full Stack Auth; with Modular SSO leave it at 'email'.",
}

/**
 * What the redirect's `error` means to us. Its name is repeated only when it is a documented one;
 * everything else goes to the log, as the cause, and never to the visitor.
 */
export function providerError(error: string, description: string | undefined): LoginError {
  const code = Object.hasOwn(codeByError, error) ? codeByError[error] : undefined
  const said = description ? { cause: new Error(description) } : {}
  if (code) {
    const hint = hintByError[error]
    const details = { ...said, providerError: error, ...(hint === undefined ? {} : { hint }) }
    return new LoginError(code, `Scalekit answered ${error}`, details)
  }
  const cause = new Error(error, said)
  return new LoginError('provider_failed', 'Scalekit answered an unknown error', { cause })
}
