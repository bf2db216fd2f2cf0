import type { IncomingMessage, ServerResponse } from 'node:http'
import { neverStore } from '../../ground/caching.ts'
import { LoginError, type ScalekitError } from '../../ground/errors.ts'
import { type Logout, maxLogoutTokenLength, verifyLogoutToken } from '../../oidc/logout-token.ts'
import type { Instance } from '../instance/instance.ts'
import { assertMethod } from '../request/method.ts'
import { tell } from '../request/request-log.ts'
import { sendJson } from '../request/respond.ts'
import { formField, isForm } from './form-body.ts'
import { bodyTimeoutMs, closeAfterAnswer } from './raw-body.ts'

/** The name of the route in the log. */
export const backchannelLogout = 'back-channel logout'

const parameter = 'logout_token'
/** Room for a token in a form, with every byte percent-encoded, and for other fields. */
const limits = { maxBytes: 4 * maxLogoutTokenLength, timeoutMs: bodyTimeoutMs }

/**
 * `POST /backchannel-logout`: Scalekit reports that a session at Scalekit ended. The response is
 * 200 once the session here is over in every process.
 *
 * @see OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8
 */
export async function backchannelLogoutRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  assertMethod(req, res, ['POST'], 'This route must be called with POST')
  const token = await readToken(req).catch((error: unknown) => {
    closeAfterAnswer(req, res)
    throw error
  })
  const logout = await verify(instance, token)
  tell(instance, req, backchannelLogout, 'token verified')
  await instance.endByLogoutToken(req, logout)
  neverStore(res)
  res.statusCode = 200
  res.end()
}

/** Responds to a failed request. The standard defines the body for an invalid request. */
export function sendLogoutFailure(
  res: ServerResponse,
  { status, message, headers }: ScalekitError,
): void {
  if (status < 500) {
    const problem = { error: 'invalid_request', error_description: message }
    sendJson(res, status === 405 ? status : 400, problem)
    return
  }
  // Keys that cannot be used count as an outage as well. Scalekit may send the token again
  // afterwards.
  res.setHeader('Retry-After', headers?.['Retry-After'] ?? '5')
  sendJson(res, 503, { error: 'temporarily_unavailable' })
}

async function readToken(req: IncomingMessage): Promise<string> {
  if (!isForm(req)) throw invalid('The body must be a form: application/x-www-form-urlencoded')
  const [token, ...others] = await formField(req, parameter, limits)
  if (others.length > 0) throw invalid(`${parameter} appears more than once`)
  if (!token) throw invalid(`${parameter} is missing`)
  return token
}

function invalid(message: string): LoginError {
  return new LoginError('logout_token_invalid', message)
}

/**
 * Verifies a token with the keys for untrusted tokens: any visitor can send one, so unknown key ids
 * rarely cause the keys to be loaded.
 */
async function verify(
  { clock, config, discover, shownKeysOf }: Instance,
  token: string,
): Promise<Logout> {
  const { issuer, clientId } = config
  const keys = shownKeysOf(await discover())
  return verifyLogoutToken(token, { keys, issuer, clientId, clock })
}
