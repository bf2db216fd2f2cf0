/** Every error code of this package with its HTTP status, grouped by error class. */
const statusByCode = {
  // The developer's mistakes.
  config: {
    config_invalid: 500,
    not_mounted: 500,
    base_path_mismatch: 500,
    session_too_large: 500,
    session_not_mounted: 500,
    session_kind_changed: 500,
    portal_not_configured: 500,
    redirect_uri_invalid: 500,
    test_sign_in_invalid: 500,
    clock_invalid: 503,
  },
  // Sign-in and sign-out as the user sees them, and the tokens involved.
  login: {
    navigation_required: 400,
    parameter_invalid: 400,
    ambiguous_target: 400,
    provider_not_allowed: 400,
    callback_invalid: 400,
    login_state_missing: 400,
    login_state_used: 400,
    login_cookies_refused: 400,
    login_expired: 400,
    login_too_old: 400,
    login_cancelled: 400,
    login_denied: 403,
    login_incomplete: 400,
    login_target_mismatch: 403,
    connection_unavailable: 400,
    target_unknown: 400,
    application_refused: 502,
    identity_provider_failed: 502,
    code_rejected: 400,
    id_token_invalid: 400,
    access_token_invalid: 401,
    refresh_token_rejected: 401,
    idp_login_invalid: 400,
    logout_token_invalid: 400,
    login_resolve_failed: 503,
    on_login_failed: 503,
    cross_site_request: 403,
    sign_out_incomplete: 503,
  },
  // Guards.
  access: {
    not_signed_in: 401,
    session_ended: 401,
    invalid_token: 401,
    machine_not_accepted: 403,
    user_not_accepted: 403,
    session_required: 403,
    organization_required: 403,
    wrong_organization: 403,
    role_required: 403,
    permission_required: 403,
    insufficient_scope: 403,
    recent_auth_required: 401,
    auth_time_missing: 403,
  },
  // Webhooks and interceptors.
  webhook: {
    webhook_not_expected: 404,
    webhook_headers_invalid: 400,
    webhook_timestamp_invalid: 401,
    webhook_signature_invalid: 401,
    webhook_body_invalid: 400,
    webhook_body_consumed: 503,
    webhook_too_large: 413,
    webhook_too_slow: 408,
    webhook_busy: 503,
    webhook_overloaded: 503,
    webhook_late: 503,
    webhook_handler_late: 500,
    webhook_handler_failed: 503,
    webhook_given_up: 200,
    webhook_queue_unavailable: 503,
  },
  // The management API: the names of its gRPC statuses, and the client's own codes.
  api: {
    api_cancelled: 499,
    api_unknown: 500,
    api_invalid_argument: 400,
    api_deadline_exceeded: 504,
    api_not_found: 404,
    api_already_exists: 409,
    api_permission_denied: 403,
    api_resource_exhausted: 429,
    api_failed_precondition: 400,
    api_aborted: 409,
    api_out_of_range: 400,
    api_unimplemented: 501,
    api_internal: 500,
    api_unavailable: 503,
    api_data_loss: 500,
    api_unauthenticated: 401,
    api_answer_invalid: 502,
    api_busy: 503,
    invalid_id: 400,
    invalid_page_size: 400,
    invalid_updated_after: 400,
    page_token_repeated: 502,
  },
  // Codes that belong to no single area.
  general: {
    method_not_allowed: 405,
    provider_failed: 502,
    provider_unavailable: 503,
    organizations_failed: 503,
    portal_unavailable: 503,
    store_unavailable: 503,
    revoke_incomplete: 503,
    authorization_unavailable: 503,
    // Not 503: this is not an outage, and a retry does not help. Not 401: the user is signed in.
    // The developer has to add what is missing: a refresh token, or a store that keeps it.
    token_unavailable: 500,
    unexpected: 503,
  },
} as const

/** The codes of a `ConfigError`. */
export type ConfigErrorCode = keyof (typeof statusByCode)['config']

/** The codes of a `LoginError`. */
export type LoginErrorCode = keyof (typeof statusByCode)['login']

/** The codes of an `AccessError`. */
export type AccessErrorCode = keyof (typeof statusByCode)['access']

/** The codes of a `WebhookError`. */
export type WebhookErrorCode = keyof (typeof statusByCode)['webhook']

/** The codes of an `ApiError`. */
export type ApiErrorCode = keyof (typeof statusByCode)['api']

/** The codes of a `ScalekitError` that belongs to none of the other classes. */
export type GeneralErrorCode = keyof (typeof statusByCode)['general']

/**
 * Stable machine-readable error codes. New ones are added; old ones are never renamed or reused.
 */
export type ScalekitErrorCode =
  | ConfigErrorCode
  | LoginErrorCode
  | AccessErrorCode
  | WebhookErrorCode
  | ApiErrorCode
  | GeneralErrorCode

const statuses: Readonly<Record<ScalekitErrorCode, number>> = {
  ...statusByCode.config,
  ...statusByCode.login,
  ...statusByCode.access,
  ...statusByCode.webhook,
  ...statusByCode.api,
  ...statusByCode.general,
}

/** Whether a code is one of the kit's. Any other code belongs to a refusal of the application. */
export function isOwnCode(code: string): code is ScalekitErrorCode {
  return Object.hasOwn(statuses, code)
}

/** The HTTP status of a code. A code that is not the kit's is a refusal of the application. */
export function statusOf(code: string): number {
  return isOwnCode(code) ? statuses[code] : 403
}

/**
 * The headers of a response with this code. They are the same whether the kit or the application
 * sends it.
 */
export function headersOf(code: string): Readonly<Record<string, string>> | undefined {
  if (!isOwnCode(code)) return undefined
  // The status of Scalekit's response to the application says nothing about the application's own
  // response.
  if (code in statusByCode.api) return undefined
  if (statuses[code] === 503) return { 'Retry-After': '5' }
  // Of a token that the application read itself, or by the option `bearer`.
  const isOfToken = code === 'access_token_invalid' || code === 'invalid_token'
  return isOfToken ? { 'WWW-Authenticate': 'Bearer error="invalid_token"' } : undefined
}
