import type { IncomingMessage } from 'node:http'
import type { PossibleFields } from '../../ground/log.ts'
import { stateHash } from '../../oidc/transaction.ts'
import type { Instance } from '../instance/instance.ts'
import { addLogFields, tell } from '../request/request-log.ts'

/** Enough to tell the sign-ins of one log apart, in hexadecimal digits. */
const idLength = 8

/**
 * Says which sign-in a request belongs to. Its lines then carry a short id, the same at `/login` and
 * `/callback`, which does not tell the state.
 */
export function nameSignIn(req: IncomingMessage, state: string): void {
  // Some errors of Scalekit's come back without a state.
  if (state !== '') addLogFields(req, { signInId: idOf(state) })
}

/** A double click selects the whole of it, which it would not with the hash's own characters. */
function idOf(state: string): string {
  return Buffer.from(stateHash(state), 'base64url').toString('hex').slice(0, idLength)
}

/** Writes a debug line about a step of the sign-in that a request belongs to. */
export function tellSignIn(
  instance: Pick<Instance, 'logger'>,
  req: IncomingMessage,
  message: string,
  fields?: PossibleFields,
): void {
  tell(instance, req, 'sign-in', message, fields)
}

/** A place of the application without its query, which may say anything. */
export function pathText(place: string): string {
  return new URL(place, 'http://application.invalid').pathname
}
