import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoginError } from '../../ground/errors.ts'
import type { Provider } from '../../oidc/discovery.ts'
import { assertMethod } from '../request/method.ts'
import { queryOf } from '../request/middleware.ts'
import { isPrefetch } from '../request/navigation.ts'
import { singleParameter } from '../request/single-parameter.ts'

/** The parameters of the redirect back from Scalekit. */
export interface CallbackAnswer {
  readonly params: URLSearchParams
  /** Empty if the redirect had no state, as with some errors. No transaction is found then. */
  readonly state: string
  /** Empty if there is an error. */
  readonly code: string
  readonly error: string | undefined
  readonly description: string | undefined
}

/**
 * Longer values are refused. The kit makes the states itself, and codes have a few hundred
 * characters.
 */
const maxLength = 4096

/**
 * Reads the redirect: a code with a state, or an error. Each parameter may appear once, and an
 * `iss` must be the environment's issuer.
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
 * Refuses a redirect without `iss` if the discovery document promised one.
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

/** Refuses the HEAD of a link scanner and the prefetch of a browser: they would use up the code. */
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
