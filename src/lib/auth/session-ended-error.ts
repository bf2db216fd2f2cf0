import { AccessError } from '../ground/errors.ts'
import type { SignedOut } from './principal.ts'

/** The `reason` of a signal `ended`: why an open connection must be closed. */
export class SessionEndedError extends AccessError {
  override readonly name: string = 'SessionEndedError'
  declare readonly code: 'session_ended'
  /**
   * The reason of the signed-out principal. `closed`: the application called `auth.close()`, or the
   * response had already closed.
   */
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
  'token-outdated': 'The access token has to be renewed, because what it allows may have changed',
  closed: 'The session is watched no more: auth.close() was called, or the response has closed',
}
