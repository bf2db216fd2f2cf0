import { type Answer, type Call, json } from '../server/call.ts'

/** A refusal in OAuth's words; how it reaches the client is the endpoint's business. */
export class OAuthError extends Error {
  override readonly name: string = 'OAuthError'
  readonly code: string

  constructor(code: string, description: string) {
    super(description)
    this.code = code
  }
}

/** What an endpoint answers that clients authenticate at. */
export function oauthErrorAnswer(error: OAuthError, call: Call): Answer {
  const isInvalidClient = error.code === 'invalid_client'
  const usedBasic = /^Basic\b/i.test(call.headers.authorization ?? '')
  return json(
    isInvalidClient ? 401 : 400,
    { error: error.code, error_description: error.message },
    isInvalidClient && usedBasic ? { 'www-authenticate': 'Basic realm="emulator"' } : {},
  )
}
