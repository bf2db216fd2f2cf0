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

/** What an error carries beside its code and its message. */
export interface ErrorDetails {
  /** What the developer can do about it, in one sentence. */
  readonly hint?: string | undefined
  /** The error underneath, kept whole for the log. */
  readonly cause?: unknown
  /** Headers of a response to the error. Default: those that belong to the code, if any. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The path that starts a sign-in, where signing in would help. */
  readonly loginUrl?: string | undefined
  /** The `error` Scalekit named, where it is one that Scalekit documents. */
  readonly providerError?: string | undefined
}

/** Base of every error this package throws; catch this one to catch all of them. */
export interface ScalekitError<Code extends string = OpenEnum<ScalekitErrorCode>> extends Error {
  /** Switch on this, never on `message`. A refusal by `requireThat` has a code of the application. */
  readonly code: Code
  /** HTTP status; the error handlers of Express and Connect read it. */
  readonly status: number
  /** The same number, as the error handlers of other frameworks read it. */
  readonly statusCode: number
  /** Whether the client may see `message`; as in `http-errors`, true for a status below 500. */
  readonly expose: boolean
  /**
   * Headers of a response to the error: `WWW-Authenticate`, `Allow` or `Retry-After`, where there is
   * one to send. The error handlers of Express and Connect send them.
   */
  readonly headers: Readonly<Record<string, string>> | undefined
  /** The path that starts a sign-in, where signing in would help. */
  readonly loginUrl: string | undefined
  /** What to do about it, for the developer. */
  readonly hint: string | undefined
  /** The `error` Scalekit named, where it is one that Scalekit documents. */
  readonly providerError: string | undefined
}

/**
 * Base of every error this package throws; catch this one to catch all of them.
 *
 * Its type is written out: with a generic class, `instanceof` would narrow `code` to `any`.
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

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.status = statusOf(code)
    this.statusCode = this.status
    this.expose = this.status < 500
    const { headers = headersOf(code), loginUrl, hint, providerError } = details
    Object.assign(this, present({ headers, loginUrl, hint, providerError }))
  }
}

/** Leaves out what is undefined, so that a printed error is short. */
function present(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/**
 * A mistake of the developer, in the configuration or in how the kit is mounted. At start-up the
 * message lists every problem with its fix; some mistakes only show when a request comes.
 */
export class ConfigError extends ScalekitError<ConfigErrorCode> {
  override readonly name: string = 'ConfigError'
  /** One sentence a problem. */
  readonly problems: readonly string[]

  /** Makes a `config_invalid` that lists every problem. */
  constructor(problems: readonly string[])
  /** For a mistake that a request showed. */
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

/** A sign-in, a sign-out or a switch that did not succeed, or a token that was refused. */
export class LoginError extends ScalekitError<LoginErrorCode> {
  override readonly name: string = 'LoginError'
}

/**
 * A refusal: the person, or the token, may not do what was asked for. With `requireThat`, `code` is one
 * of the application; its status is 403.
 */
export class AccessError extends ScalekitError<OpenEnum<AccessErrorCode>> {
  override readonly name: string = 'AccessError'

  /** @param code The kit's. Only a guard of `requireThat` makes one with a code of the application. */
  constructor(code: AccessErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, details)
  }
}

/** A webhook or an interceptor's call that was refused, or that a handler could not take. */
export class WebhookError extends ScalekitError<WebhookErrorCode> {
  override readonly name: string = 'WebhookError'
}

/**
 * What a handler throws when trying again would not help: the delivery is acknowledged and kept as
 * a dead letter.
 */
export class PermanentError extends WebhookError {
  override readonly name: string = 'PermanentError'
  declare readonly code: 'webhook_given_up'

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
export class ApiError extends ScalekitError<ApiErrorCode> {
  override readonly name: string = 'ApiError'
  /** The HTTP status of the answer; where there was none, the one that belongs to the code. */
  declare readonly status: number
  /** The number of the gRPC status, where the answer had one. */
  declare readonly grpcCode: number | undefined
  /** The API's own name for what is wrong, e.g. `UNAUTHENTICATED`. */
  declare readonly errorCode: string | undefined
  /** The fields that break a rule. */
  readonly fieldViolations: readonly FieldViolation[]
  /** What Scalekit's support finds the call by. */
  declare readonly requestId: string | undefined
  /** Whether the same call may be made again without harm, and could then succeed. */
  readonly isRetryable: boolean
  /** How long the API asked to be left alone, in milliseconds. */
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

/** Finds an error of ours that a library wrapped into one of its own. */
export function wrappedError(error: unknown): ScalekitError | undefined {
  if (error instanceof ScalekitError) return error
  return error instanceof Error ? wrappedError(error.cause) : undefined
}

/** Keeps an error of ours as it is and makes any other one `code`, with the original as its cause. */
export function asScalekitError(
  error: unknown,
  code: GeneralErrorCode,
  message: string,
): ScalekitError {
  return error instanceof ScalekitError ? error : new ScalekitError(code, message, { cause: error })
}
