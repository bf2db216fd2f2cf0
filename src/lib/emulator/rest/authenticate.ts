import type { Call } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { RestError } from './rest-error.ts'

/**
 * Accepts a call with a valid token of the application itself.
 *
 * @throws {@link RestError} `UNAUTHENTICATED`
 */
export function authenticate({ clientTokens, clock }: State, { headers }: Call): void {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (token === undefined) throw new RestError('UNAUTHENTICATED', 'Token empty')
  const expiresAt = clientTokens.get(token)
  if (expiresAt === undefined) throw new RestError('UNAUTHENTICATED', 'Token invalid')
  if (clock() >= expiresAt) throw new RestError('UNAUTHENTICATED', 'Token expired')
}
