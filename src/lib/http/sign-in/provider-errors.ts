import type { GeneralErrorCode, LoginErrorCode } from '../../ground/error-codes.ts'
import { LoginError, ScalekitError } from '../../ground/errors.ts'

/**
 * The kit's code for each documented `error` of the redirect that concerns this sign-in. Documented
 * are Scalekit's own errors and those of the standards.
 *
 * @see RFC 6749 section 4.1.2.1, OpenID Connect Core 3.1.2.6, OpenID Connect Core Error Code
 *   unmet_authentication_requirements 1.0
 */
const loginCodes: Readonly<Record<string, LoginErrorCode>> = {
  access_denied: 'login_denied',
  // Errors of identity providers, which Scalekit may pass on.
  user_cancelled: 'login_cancelled',
  user_cancelled_login: 'login_cancelled',
  user_cancelled_authorize: 'login_cancelled',
  unauthorized: 'login_denied',
  user_not_active: 'login_denied',
  login_required: 'login_incomplete',
  interaction_required: 'login_incomplete',
  account_selection_required: 'login_incomplete',
  consent_required: 'login_incomplete',
  unmet_authentication_requirements: 'login_incomplete',
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
  unsupported_response_type: 'application_refused',
  invalid_request_uri: 'application_refused',
  invalid_request_object: 'application_refused',
  request_not_supported: 'application_refused',
  request_uri_not_supported: 'application_refused',
  registration_not_supported: 'application_refused',
  application_not_active: 'application_refused',
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

/** The kit's code for each documented `error` that is a failure of Scalekit itself. */
const generalCodes: Readonly<Record<string, GeneralErrorCode>> = {
  server_error: 'provider_failed',
  temporarily_unavailable: 'provider_unavailable',
}

/** The errors of a silent sign-in (`prompt=none`). @see OpenID Connect Core 3.1.2.6 */
const withoutSession = [
  'login_required',
  'interaction_required',
  'account_selection_required',
  'consent_required',
]

/** Whether an `error` says that the user has to see a page of Scalekit to sign in. */
export function findsNoSession(error: string): boolean {
  return withoutSession.includes(error)
}

const hintByError: Readonly<Record<string, string>> = {
  invalid_connection_selector:
    "`login.fallback: 'hosted'` needs Full Stack Auth; with Modular SSO leave it at 'email'.",
}

/**
 * Matches a description of `access_denied` that only says that the user cancelled. The error itself
 * does not distinguish a cancellation from a refusal. @see RFC 6749 section 4.1.2.1
 */
const cancelled =
  /^(?:the )?(?:(?:end[- ]?)?user|sign-?in|log-?in|authentication|authorization|request)(?: has| was)?(?: been)? cancell?ed(?: (?:the|this) (?:sign-?in|log-?in|authentication|authorization|request|flow|operation|dialog))?(?: by the (?:end[- ]?)?user)?\.?$/i

/** A longer description says more than that the user cancelled. In characters. */
const maxCancelLength = 100

function isCancel(error: string, description = ''): boolean {
  const isShort = description.length <= maxCancelLength
  return error === 'access_denied' && isShort && cancelled.test(description)
}

/**
 * Makes an error of the redirect's `error`. Its name only appears in the error if it is documented.
 * Everything else goes to the log as the cause, and is never shown to the user.
 */
export function providerError(error: string, description: string | undefined): ScalekitError {
  const said = description ? { cause: new Error(description) } : {}
  const loginCode = isCancel(error, description) ? 'login_cancelled' : own(loginCodes, error)
  const generalCode = own(generalCodes, error)
  const message = `Scalekit returned the error ${error}`
  const details = { ...said, providerError: error, hint: own(hintByError, error) }
  if (loginCode) return new LoginError(loginCode, message, details)
  if (generalCode) return new ScalekitError(generalCode, message, details)
  const cause = new Error(error, said)
  return new ScalekitError('provider_failed', 'Scalekit returned an unknown error', { cause })
}

/** Own members only: the query may name a member that every object has, such as `constructor`. */
function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
