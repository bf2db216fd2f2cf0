import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoginError } from '../../ground/errors.ts'
import type { Provider } from '../../oidc/discovery.ts'
import { assertMethod } from '../request/method.ts'
import { queryOf } from '../request/middleware.ts'
import { isPrefetch } from '../request/navigation.ts'
import { singleParameter } from '../request/single-parameter.ts'

/** What the redirect back from Scalekit says. */
export interface CallbackAnswer {
  readonly params: URLSearchParams
  /** Empty when the redirect had none, as some errors do; then it names no transaction. */
  readonly state: string
  /** Empty when there is an error. */
  readonly code: string
  readonly error: string | undefined
  readonly description: string | undefined
}

/** Longer values are refused: states are ours, and codes have a few hundred characters. */
const maxLength = 4096

/**
 * Reads the redirect: a code with a state, or an error, each parameter once, from our issuer.
 *
 * @throws {@link LoginError} `callback_invalid` or `navigation_required`, {@link ScalekitError}
 *   `method_not_allowed`
 * @see RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207 section 2.4
 */
export function readCallbackAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  issuer: string,
): CallbackAnswer {
  assertAsked(req, res)
  const params = queryOf(req)
  const [code, state, error, description] = ['code', 'state', 'error', 'error_description'].map(
    (name) => short(params, name),
  )
  if ((short(params, 'iss') ?? issuer) !== issuer)
    throw invalid('has an `iss` that is not the issuer of this environment')
  if (code !== undefined && error !== undefined) throw invalid('has both `code` and `error`')
  if (error === undefined && (!code || !state)) throw invalid('lacks `code` or `state`')
  return { params, state: state ?? '', code: code ?? '', error, description }
}

/**
 * Refuses an answer without `iss` where discovery promised one.
 *
 * @throws {@link LoginError} `callback_invalid`
 * @see RFC 9207 section 2.4
 */
export function assertIssuerNamed({ params }: CallbackAnswer, { configuration }: Provider): void {
  const { authorization_response_iss_parameter_supported: isPromised } =
    configuration.serverMetadata()
  if (isPromised && !params.has('iss')) {
    throw invalid('lacks `iss`, which the discovery document promises')
  }
}

/** A link scanner's HEAD and a browser's prefetch must not use the code up. */
function assertAsked(req: IncomingMessage, res: ServerResponse): void {
  assertMethod(req, res, ['GET'], 'The callback must be called with GET')
  if (isPrefetch(req)) {
    throw new LoginError('navigation_required', 'The callback must not be prefetched')
  }
}

function short(params: URLSearchParams, name: string): string | undefined {
  const value = singleParameter(params, name, () =>
    invalid(`is malformed: \`${name}\` appears more than once`),
  )
  if (value !== undefined && value.length > maxLength)
    throw invalid(`is malformed: \`${name}\` has more than ${maxLength} characters`)
  return value
}

function invalid(what: string): LoginError {
  return new LoginError('callback_invalid', `The callback ${what}`)
}
