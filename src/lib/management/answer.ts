import type { ApiErrorCode } from '../ground/error-codes.ts'
import { ApiError, type ApiErrorDetails, type FieldViolation } from '../ground/errors.ts'
import { isObject } from '../ground/is-object.ts'
import { quote } from '../ground/log.ts'
import type { Json } from '../ground/types.ts'
import { rateLimited } from '../outgoing/rate-limited.ts'
import type { Answer } from '../outgoing/transport.ts'
import { readRetryAfter } from './retry.ts'

/** Error codes by gRPC status number, as in the API's bodies. */
const codeByGrpc: readonly (ApiErrorCode | undefined)[] = [
  undefined,
  'api_cancelled',
  'api_unknown',
  'api_invalid_argument',
  'api_deadline_exceeded',
  'api_not_found',
  'api_already_exists',
  'api_permission_denied',
  'api_resource_exhausted',
  'api_failed_precondition',
  'api_aborted',
  'api_out_of_range',
  'api_unimplemented',
  'api_internal',
  'api_unavailable',
  'api_data_loss',
  'api_unauthenticated',
]

/**
 * Error codes by HTTP status, for responses without a gRPC number: those of a gateway before the
 * API.
 */
const codeByStatus: Readonly<Record<number, ApiErrorCode>> = {
  401: 'api_unauthenticated',
  403: 'api_permission_denied',
  404: 'api_not_found',
  408: 'api_deadline_exceeded',
  409: 'api_already_exists',
  429: 'api_resource_exhausted',
  499: 'api_cancelled',
  501: 'api_unimplemented',
  502: 'api_unavailable',
  503: 'api_unavailable',
  504: 'api_deadline_exceeded',
}

/** The call that a response belongs to. */
export interface Asked {
  readonly method: string
  readonly path: string
  /** Whether a second identical call has no further effect. */
  readonly isRepeatable: boolean
  /** Whether each attempt must be sent only once, even if the socket is closed. */
  readonly once: boolean
  /** Values that a response could repeat and that must not appear in an error. */
  readonly secrets: readonly string[]
}

/**
 * Reads the JSON object of a successful response.
 *
 * @throws {@link ApiError} for every other response
 */
export function readAnswer(answer: Answer, asked: Asked): Json {
  const { status } = answer
  if (status < 200 || status > 299) throw failure(answer, asked)
  if (status === 204 || isDeleted(answer, asked)) return {}
  const body = jsonObject(answer)
  if (body) return body
  throw unusable(asked, 'is not a JSON object', { isRetryable: asked.isRepeatable })
}

/** A deletion returns no content. Some gateways send 200 with an empty body for it. */
function isDeleted({ body }: Answer, { method }: Asked): boolean {
  return method === 'DELETE' && body.length === 0
}

/** Creates the error for a response whose content cannot be used. */
export function unusable(asked: Asked, why: string, details: ApiErrorDetails = {}): ApiError {
  return new ApiError('api_answer_invalid', `The response to ${nameOf(asked)} ${why}`, details)
}

/** Names a call in messages. Its query is left out. */
export function nameOf({ method, path }: Asked): string {
  return `${method} ${path}`
}

const json = 'application/json'

/** Returns the body if it is a JSON object. */
export function jsonObject({ headers, body }: Answer): Json | undefined {
  const type = headers['content-type'] ?? json
  if (type !== json && !/^application\/([\w.-]+\+)?json\b/i.test(type)) return undefined
  try {
    const value: unknown = JSON.parse(body.toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function failure(answer: Answer, asked: Asked): ApiError {
  const { status, headers } = answer
  if (status < 400)
    return unusable(asked, `is a redirect (${status}), which is not followed`, { status })
  const body = jsonObject(answer) ?? {}
  const info = errorInfo(body)
  const grpcCode = typeof body.code === 'number' ? body.code : undefined
  const code = codeByGrpc[grpcCode ?? 0] ?? codeByStatus[status] ?? otherCode(status)
  const said = typeof body.message === 'string' ? `: ${quote(hidden(body.message, asked))}` : ''
  return new ApiError(code, `${nameOf(asked)} returned ${status}${said}`, {
    status,
    grpcCode,
    errorCode: shown(info.error_code, asked),
    fieldViolations: fieldViolations(info, asked),
    requestId: requestIdIn(answer, asked) ?? shown(member(info, 'request_info').request_id, asked),
    isRetryable: isRetryable(answer, asked),
    retryAfterMs: readRetryAfter(headers['retry-after'], Date.now()),
    hint: status === 429 ? rateLimited(headers['retry-after']) : undefined,
  })
}

/** The id by which Scalekit's support finds a call. */
export function requestIdIn({ headers }: Answer, asked: Asked): string | undefined {
  return shown(headers['x-request-id'], asked)
}

function otherCode(status: number): ApiErrorCode {
  return status < 500 ? 'api_invalid_argument' : 'api_internal'
}

/** Whether the API refused a call before doing anything: a 429, or a 503 with Retry-After. */
export function isPutOff({ status, headers }: Answer): boolean {
  return status === 429 || (status === 503 && headers['retry-after'] !== undefined)
}

function isRetryable(answer: Answer, { isRepeatable }: Asked): boolean {
  const { status } = answer
  if (isPutOff(answer)) return true
  return status >= 500 && status !== 501 && isRepeatable
}

function errorInfo({ details }: Json): Json {
  const list: readonly unknown[] = Array.isArray(details) ? details : []
  return list.filter(isObject).find((detail) => 'error_code' in detail) ?? {}
}

function fieldViolations(info: Json, asked: Asked): readonly FieldViolation[] {
  const { field_violations: list } = member(info, 'validation_error_info')
  if (!Array.isArray(list)) return []
  return list.filter(isObject).map(({ field, description, constraint }) => ({
    field: shown(field, asked) ?? '',
    description: shown(description, asked) ?? '',
    constraint: shown(constraint, asked) ?? '',
  }))
}

function member(object: Json, name: string): Json {
  const value = object[name]
  return isObject(value) ? value : {}
}

/** Makes a string of the response safe for an error message. */
function shown(value: unknown, asked: Asked): string | undefined {
  return typeof value === 'string' && value !== '' ? hidden(value, asked) : undefined
}

function hidden(message: string, { secrets }: Asked): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), message)
}
