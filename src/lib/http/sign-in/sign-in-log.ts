import type { IncomingMessage } from 'node:http'
import type { PossibleFields } from '../../ground/log.ts'
import { stateHash } from '../../oidc/transaction.ts'
import type { Instance } from '../instance/instance.ts'
import { addLogFields, tell } from '../request/request-log.ts'

/** The number of hexadecimal digits, enough to distinguish the sign-ins of one log. */
const idLength = 8

/**
 * Adds the sign-in's id to the log lines of a request. The short id is the same at `/login` and
 * `/callback` and does not reveal the state.
 */
export function nameSignIn(req: IncomingMessage, state: string): void {
  // Some errors of Scalekit come back without a state.
  if (state !== '') addLogFields(req, { signInId: idOf(state) })
}

/**
 * Hexadecimal digits only, so that a double click selects the whole id. The hash's own encoding has
 * characters that end the selection.
 */
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

/** Returns a URL of the application without its query, which may contain secrets. */
export function pathText(place: string): string {
  return new URL(place, 'http://application.invalid').pathname
}
