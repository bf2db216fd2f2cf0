import {
  type AccessErrorCode,
  type ApiErrorCode,
  type ConfigErrorCode,
  type GeneralErrorCode,
  headersOf,
  type LoginErrorCode,
  type ScalekitErrorCode,
  statusOf,
  type WebhookErrorCode,
} from './error-codes.ts'
import type { OpenEnum } from './types.ts'

/** Members of an error besides its code and message. */
export interface ErrorDetails {
  /** Advice for the developer on how to fix it, in one sentence. */
  readonly hint?: string | undefined
  /** The underlying error, kept whole for the log. */
  readonly cause?: unknown
  /** Headers for a response to the error. Default: the headers of the code, if it has any. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The path that starts a sign-in, if signing in would help. */
  readonly loginUrl?: string | undefined
  /** The `error` that Scalekit named, if Scalekit documents it. */
  readonly providerError?: string | undefined
  /** The sentence that a page shows in place of the kit's own. */
  readonly visitorMessage?: string | undefined
}

/** Base of every error that this package throws. Catch this class to catch all of them. */
export interface ScalekitError<Code extends string = OpenEnum<ScalekitErrorCode>> extends Error {
  /**
   * Switch on this, never on `message`. A refusal by `requireThat` has one of the application's own
   * codes.
   */
  readonly code: Code
  /** HTTP status; the error handlers of Express and Connect read it. */
  readonly status: number
  /** Equal to `status`. Error handlers of other frameworks read this name. */
  readonly statusCode: number
  /** Whether the client may see `message`. As in `http-errors`, true for a status below 500. */
  readonly expose: boolean
  /**
   * Headers for a response to the error: `WWW-Authenticate`, `Allow` or `Retry-After`, if there is
   * one to send. The error handlers of Express and Connect send them.
   */
  readonly headers: Readonly<Record<string, string>> | undefined
  /** The path that starts a sign-in, if signing in would help. */
  readonly loginUrl: string | undefined
  /** Advice for the developer on how to fix it, in one sentence. */
  readonly hint: string | undefined
  /** The `error` that Scalekit named, if Scalekit documents it. */
  readonly providerError: string | undefined
  /** The message for the visitor from `onLogin`'s `{ deny: { message } }`. It must be escaped in HTML. */
  readonly visitorMessage: string | undefined
}

/**
 * Base of every error that this package throws. Catch this class to catch all of them.
 *
 * The type is written out: with a generic class, `instanceof` would narrow `code` to `any`.
 */
export const ScalekitError: {
  new <Code extends string = GeneralErrorCode>(
    code: NoInfer<Code>,
    message: string,
    details?: ErrorDetails,
  ): ScalekitError<NoInfer<Code>>
  readonly prototype: ScalekitError
} = class ScalekitError<Code extends string> extends Error {
  override readonly name: string = 'ScalekitError'
  readonly code: Code
  readonly status: number
  readonly statusCode: number
  readonly expose: boolean
  declare readonly headers: Readonly<Record<string, string>> | undefined
  declare readonly loginUrl: string | undefined
  declare readonly hint: string | undefined
  declare readonly providerError: string | undefined
  declare readonly visitorMessage: string | undefined

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.status = statusOf(code)
    this.statusCode = this.status
    this.expose = this.status < 500
    const { headers = headersOf(code), loginUrl, hint, providerError, visitorMessage } = details
    Object.assign(this, present({ headers, loginUrl, hint, providerError, visitorMessage }))
  }
}

/** Omits undefined members, so that a printed error is short. */
function present(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/**
 * A developer's mistake in the configuration or in how the kit is mounted. At startup the message
 * lists every problem with its fix. Some mistakes only show when a request arrives.
 */
export class ConfigError extends ScalekitError<ConfigErrorCode> {
  override readonly name: string = 'ConfigError'
  /** One sentence for each problem. */
  readonly problems: readonly string[]

  /** Creates a `config_invalid` that lists every problem. */
  constructor(problems: readonly string[])
  /** Creates an error for a mistake that only a request revealed. */
  constructor(code: ConfigErrorCode, message: string, details?: ErrorDetails)
  constructor(
    given: readonly string[] | ConfigErrorCode,
    message: string = '',
    details: ErrorDetails = {},
  ) {
    const isCode = typeof given === 'string'
    super(isCode ? given : 'config_invalid', isCode ? message : listOf(given), details)
    this.problems = isCode ? [message] : given
  }
}

function listOf(problems: readonly string[]): string {
  return `express-scalekit cannot start:\n${problems.map((one) => `  - ${one}`).join('\n')}`
}

/** A sign-in, sign-out or organization switch failed, or a token was refused. */
export class LoginError extends ScalekitError<LoginErrorCode> {
  override readonly name: string = 'LoginError'
}

/**
 * A guard refused the request: the user or the token lacks permission. With `requireThat`, `code`
 * is one of the application's own and the status is 403.
 */
export class AccessError extends ScalekitError<OpenEnum<AccessErrorCode>> {
  override readonly name: string = 'AccessError'

  /**
   * @param code One of the kit's codes. Only a guard of `requireThat` creates an error with a code
   *   of the application.
   */
  constructor(code: AccessErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, details)
  }
}

/** The kit refused a webhook or an interceptor's request, or a handler could not process it. */
export class WebhookError extends ScalekitError<WebhookErrorCode> {
  override readonly name: string = 'WebhookError'
}

/**
 * Throw this in a webhook handler when a retry would not help. The kit acknowledges the delivery
 * and keeps it as a dead letter.
 */
export class PermanentError extends WebhookError {
  override readonly name: string = 'PermanentError'
  declare readonly code: 'webhook_given_up'

  constructor(message: string, details: ErrorDetails = {}) {
    super('webhook_given_up', message, details)
  }
}

/** A field that breaks one of the API's rules, such as `str.max_len=200`. */
export interface FieldViolation {
  readonly field: string
  readonly description: string
  readonly constraint: string
}

/** Members of an {@link ApiError} besides its code and message. */
export interface ApiErrorDetails extends ErrorDetails {
  readonly status?: number
  readonly grpcCode?: number | undefined
  readonly errorCode?: string | undefined
  readonly fieldViolations?: readonly FieldViolation[]
  readonly requestId?: string | undefined
  readonly isRetryable?: boolean
  readonly retryAfterMs?: number | undefined
}

/** A call of the management API failed, or the kit refused it before sending. */
export class ApiError extends ScalekitError<ApiErrorCode> {
  override readonly name: string = 'ApiError'
  /** The HTTP status of the response. Without a response, the status that belongs to the code. */
  declare readonly status: number
  /** The number of the gRPC status, if the response had one. */
  declare readonly grpcCode: number | undefined
  /** The API's own name for what is wrong, e.g. `UNAUTHENTICATED`. */
  declare readonly errorCode: string | undefined
  /** The fields that break one of the API's rules. */
  readonly fieldViolations: readonly FieldViolation[]
  /** The id by which Scalekit's support finds the call. */
  declare readonly requestId: string | undefined
  /** Whether the call can be retried without harm and could then succeed. */
  readonly isRetryable: boolean
  /** How long to wait before the next call, in milliseconds, if the API said so. */
  declare readonly retryAfterMs: number | undefined

  constructor(code: ApiErrorCode, message: string, details: ApiErrorDetails = {}) {
    super(code, message, details)
    const { status = this.status, grpcCode, errorCode, requestId, retryAfterMs } = details
    this.fieldViolations = details.fieldViolations ?? []
    this.isRetryable = details.isRetryable ?? false
    Object.assign(this, { status, statusCode: status, expose: status < 500 })
    Object.assign(this, present({ grpcCode, errorCode, requestId, retryAfterMs }))
  }
}

/** Finds one of the kit's errors that a library wrapped in an error of its own. */
export function wrappedError(error: unknown): ScalekitError | undefined {
  if (error instanceof ScalekitError) return error
  return error instanceof Error ? wrappedError(error.cause) : undefined
}

/**
 * Returns one of the kit's errors unchanged. Wraps any other error in one with this code, with the
 * original as `cause`.
 */
export function asScalekitError(
  error: unknown,
  code: GeneralErrorCode,
  message: string,
): ScalekitError {
  return error instanceof ScalekitError ? error : new ScalekitError(code, message, { cause: error })
}
