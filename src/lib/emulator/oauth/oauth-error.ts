import { type Answer, type Call, json } from '../server/call.ts'

/** A refusal with an OAuth error code. The endpoint decides how it reaches the client. */
export class OAuthError extends Error {
  override readonly name: string = 'OAuthError'
  readonly code: string

  constructor(code: string, description: string) {
    super(description)
    this.code = code
  }
}

/** The response of an endpoint at which clients authenticate. */
export function oauthErrorAnswer(error: OAuthError, call: Call): Answer {
  const isInvalidClient = error.code === 'invalid_client'
  const usedBasic = /^Basic\b/i.test(call.headers.authorization ?? '')
  return json(
    isInvalidClient ? 401 : 400,
    { error: error.code, error_description: error.message },
    isInvalidClient && usedBasic ? { 'www-authenticate': 'Basic realm="emulator"' } : {},
  )
}
