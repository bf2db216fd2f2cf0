import { AccessError } from '../ground/errors.ts'
import type { SignedOut } from './principal.ts'

/** Why an open connection must not go on: the `reason` of its signal `ended`. */
export class SessionEndedError extends AccessError {
  override readonly name: string = 'SessionEndedError'
  declare readonly code: 'session_ended'
  /** As of a principal that is signed out; `closed`: `auth.close()` was called, or the response had closed. */
  readonly reason: SignedOut['reason'] | 'closed'

  constructor(reason: SignedOut['reason'] | 'closed') {
    super('session_ended', messages[reason] ?? 'The session has ended')
    this.reason = reason
  }
}

const messages: { readonly [Reason in SessionEndedError['reason']]?: string } = {
  'no-session': 'No user is signed in',
  expired: 'The session has expired',
  forgotten: 'The store was emptied, and cannot tell whether the session has ended',
  'token-invalid': 'The access token is not accepted',
  'token-outdated': 'What the access token allows has changed since it was issued',
  closed: 'The session is watched no more: auth.close() was called, or the response has closed',
}
