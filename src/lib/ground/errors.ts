/** Every reason this package gives, with the HTTP status that belongs to it. */
const statusByCode = {
  // What the developer put together wrongly.
  config_invalid: 500,
  not_mounted: 500,
  base_path_mismatch: 500,
  session_too_large: 500,
  session_not_mounted: 500,
  session_kind_changed: 500,
  portal_not_configured: 500,
  redirect_uri_invalid: 500,
  // Sign-in and sign-out, as the visitor sees them.
  method_not_allowed: 405,
  navigation_required: 400,
  parameter_invalid: 400,
  ambiguous_target: 400,
  provider_not_allowed: 400,
  callback_invalid: 400,
  login_state_missing: 400,
  login_state_used: 400,
  login_cookies_refused: 400,
  login_cookie_insecure: 400,
  login_expired: 400,
  login_denied: 403,
  login_incomplete: 400,
  login_target_mismatch: 403,
  connection_unavailable: 400,
  target_unknown: 400,
  application_refused: 502,
  identity_provider_failed: 502,
  provider_failed: 502,
  provider_unavailable: 503,
  code_rejected: 400,
  id_token_invalid: 400,
  access_token_invalid: 400,
  refresh_token_rejected: 401,
  idp_login_invalid: 400,
  login_resolve_failed: 503,
  on_login_failed: 503,
  cross_site_request: 403,
  // Guards.
  not_signed_in: 401,
  organization_required: 403,
  wrong_organization: 403,
  role_required: 403,
  permission_required: 403,
  insufficient_scope: 403,
  recent_auth_required: 401,
  // Organizations and the admin portal.
  organizations_failed: 503,
  portal_unavailable: 503,
  // Webhooks and interceptors.
  webhook_not_expected: 404,
  webhook_headers_invalid: 400,
  webhook_timestamp_invalid: 401,
  webhook_signature_invalid: 401,
  webhook_body_invalid: 400,
  webhook_body_consumed: 503,
  webhook_too_large: 413,
  webhook_too_slow: 408,
  webhook_busy: 503,
  webhook_late: 503,
  webhook_handler_late: 500,
  webhook_handler_failed: 503,
  webhook_given_up: 200,
  webhook_queue_unavailable: 503,
  // The management API, by the names of its gRPC statuses.
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
  // What the management client says itself.
  api_answer_invalid: 502,
  api_busy: 503,
  invalid_id: 400,
  invalid_page_size: 400,
  invalid_updated_after: 400,
  page_token_repeated: 502,
  // Anywhere.
  store_unavailable: 503,
  unexpected: 503,
} as const

/** Stable machine-readable reasons: new ones are added, old ones are never renamed or reused. */
export type ScalekitErrorCode = keyof typeof statusByCode

/** The HTTP status that belongs to a code. */
export function statusOf(code: ScalekitErrorCode): number {
  return statusByCode[code]
}

/** What an error carries beside its code and its message. */
export interface ErrorDetails {
  /** What the developer can do about it, in one sentence. */
  readonly hint?: string
  /** The error underneath, kept whole for the log. */
  readonly cause?: unknown
}

/** Base of every error this package throws; catch this one to catch all of them. */
export class ScalekitError extends Error {
  override readonly name: string = 'ScalekitError'
  /** Switch on this, never on `message`. */
  readonly code: ScalekitErrorCode
  /** HTTP status; the error handlers of Express and Connect read it. */
  readonly status: number
  /** What to do about it, for the developer. */
  readonly hint: string | undefined

  constructor(code: ScalekitErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.status = statusByCode[code]
    this.hint = details.hint
  }
}

/** The configuration cannot work; the message lists every problem with its fix. */
export class ConfigError extends ScalekitError {
  override readonly name: string = 'ConfigError'
  /** One sentence a problem. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super('config_invalid', `express-scalekit cannot start:\n${problems.map(bullet).join('\n')}`)
    this.problems = problems
  }
}

function bullet(problem: string): string {
  return `  - ${problem}`
}

/** A sign-in or sign-out that did not succeed. */
export class LoginError extends ScalekitError {
  override readonly name: string = 'LoginError'
  /** The `error` Scalekit named, where it is one that Scalekit documents. */
  readonly providerError: string | undefined

  constructor(
    code: ScalekitErrorCode,
    message: string,
    details: ErrorDetails & { readonly providerError?: string } = {},
  ) {
    super(code, message, details)
    this.providerError = details.providerError
  }
}

/** A guard's refusal, or that nobody can tell who is asking. */
export class AccessError extends ScalekitError {
  override readonly name: string = 'AccessError'
}

/** A webhook or an interceptor's call that was refused, or that a handler could not take. */
export class WebhookError extends ScalekitError {
  override readonly name: string = 'WebhookError'
}

/**
 * What a handler throws when trying again would not help: the delivery is acknowledged and kept as
 * a dead letter.
 */
export class PermanentError extends WebhookError {
  override readonly name: string = 'PermanentError'

  constructor(message: string, details: ErrorDetails = {}) {
    super('webhook_given_up', message, details)
  }
}

/** A field that breaks a rule of the API, such as `str.max_len=200`. */
export interface FieldViolation {
  readonly field: string
  readonly description: string
  readonly constraint: string
}

/** What an {@link ApiError} carries beside its code and its message. */
export interface ApiErrorDetails extends ErrorDetails {
  readonly status?: number
  readonly grpcCode?: number | undefined
  readonly errorCode?: string | undefined
  readonly fieldViolations?: readonly FieldViolation[]
  readonly requestId?: string | undefined
  readonly isRetryable?: boolean
  readonly retryAfterMs?: number | undefined
}

/** A call of the management API that did not succeed, or that was refused before it was sent. */
export class ApiError extends ScalekitError {
  override readonly name: string = 'ApiError'
  /** The HTTP status of the answer; where there was none, the one that belongs to the code. */
  override readonly status: number
  /** The number of the gRPC status, where the answer had one. */
  readonly grpcCode: number | undefined
  /** The API's own name for what is wrong, e.g. `UNAUTHENTICATED`. */
  readonly errorCode: string | undefined
  /** The fields that break a rule. */
  readonly fieldViolations: readonly FieldViolation[]
  /** What Scalekit's support finds the call by. */
  readonly requestId: string | undefined
  /** Whether the same call may be made again without harm, and could then succeed. */
  readonly isRetryable: boolean
  /** How long the API asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(code: ScalekitErrorCode, message: string, details: ApiErrorDetails = {}) {
    super(code, message, details)
    this.status = details.status ?? statusByCode[code]
    this.grpcCode = details.grpcCode
    this.errorCode = details.errorCode
    this.fieldViolations = details.fieldViolations ?? []
    this.requestId = details.requestId
    this.isRetryable = details.isRetryable ?? false
    this.retryAfterMs = details.retryAfterMs
  }
}

/** Finds an error of ours that a library wrapped into one of its own. */
export function wrappedError(error: unknown): ScalekitError | undefined {
  if (error instanceof ScalekitError) return error
  return error instanceof Error ? wrappedError(error.cause) : undefined
}

/** Keeps an error of ours as it is and makes any other one `code`, with the original as its cause. */
export function asScalekitError(
  error: unknown,
  code: ScalekitErrorCode,
  message: string,
): ScalekitError {
  return error instanceof ScalekitError ? error : new ScalekitError(code, message, { cause: error })
}
