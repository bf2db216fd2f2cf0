import { type Answer, json } from '../server/call.ts'

/** A failed call, with the name of its gRPC status. */
export class RestError extends Error {
  readonly kind: RestErrorKind
  readonly violations: readonly FieldViolation[]

  constructor(kind: RestErrorKind, message: string, violations: readonly FieldViolation[] = []) {
    super(message)
    this.kind = kind
    this.violations = violations
  }
}

/** A field that breaks one of the API's rules, such as `str.max_len=200`. */
export interface FieldViolation {
  readonly field: string
  readonly description: string
  readonly constraint: string
}

/** The reference names `UNAUTHENTICATED`. The other names are not documented. */
const kinds = {
  INVALID_ARGUMENT: { code: 3, status: 400 },
  DEADLINE_EXCEEDED: { code: 4, status: 504 },
  RESOURCE_NOT_FOUND: { code: 5, status: 404 },
  RESOURCE_ALREADY_EXISTS: { code: 6, status: 409 },
  FAILED_PRECONDITION: { code: 9, status: 400 },
  PERMISSION_DENIED: { code: 7, status: 403 },
  RATE_LIMITED: { code: 8, status: 429 },
  NOT_IMPLEMENTED: { code: 12, status: 501 },
  INTERNAL_ERROR: { code: 13, status: 500 },
  SERVICE_UNAVAILABLE: { code: 14, status: 503 },
  UNAUTHENTICATED: { code: 16, status: 401 },
} as const

export type RestErrorKind = keyof typeof kinds

export function errorAnswer(error: RestError, headers?: Answer['headers']): Answer {
  return json(kinds[error.kind].status, errorBody(error), headers)
}

/** The error body for a status, if this API responds with that status. */
export function errorBodyOf(status: number): unknown {
  const kind = kindNames.find((name) => kinds[name].status === status)
  return kind && errorBody(new RestError(kind, 'On request'))
}

const kindNames = Object.keys(kinds) as readonly RestErrorKind[]

/** The fields that the reference shows, gRPC code and message, and further known details. */
function errorBody({ kind, message, violations }: RestError) {
  return {
    code: kinds[kind].code,
    message,
    details: [
      {
        '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
        error_code: kind,
        ...(violations.length > 0 && {
          validation_error_info: { field_violations: violations },
        }),
      },
    ],
  }
}
