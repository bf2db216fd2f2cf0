import { ApiError, ScalekitError } from '../ground/errors.ts'
import type { SessionApi } from '../management/session.ts'
import type { RevocationTarget } from './revocation.ts'

/** Ends the sessions of a target at Scalekit. */
export type EndAtScalekit = () => Promise<void>

/**
 * Returns a function that ends the sessions of a target at Scalekit, or `undefined` if the API
 * cannot. It can for a user of Full Stack Auth (`usr_…`) and for one session (`ses_…`). Sessions at
 * Scalekit do not belong to one organization.
 */
export function endAtScalekit(
  sessions: SessionApi,
  target: RevocationTarget | undefined,
): EndAtScalekit | undefined {
  if (!target) return undefined
  if ('sid' in target && target.sid.startsWith('ses_')) {
    return () => orGone(sessions.revokeSession(target.sid))
  }
  if ('sub' in target && target.sub.startsWith('usr_')) {
    return () => orGone(sessions.revokeAllUserSessions(target.sub))
  }
  return undefined
}

/**
 * A user or session that Scalekit does not know has no session there, so the result is a success.
 */
async function orGone(ending: Promise<void>): Promise<void> {
  await ending.catch((error: unknown) => {
    if (!(error instanceof ApiError && error.status === 404)) throw error
  })
}

/** The sessions of the kit have ended, and the call can be repeated safely. */
export function revokeIncomplete(cause: unknown): ScalekitError {
  const message = 'The sessions ended here, but not at Scalekit, so a sign-in may need no password'
  return new ScalekitError('revoke_incomplete', message, {
    cause,
    hint: 'Call auth.revoke() again later. If this application may not call Scalekit’s API, pass { atScalekit: false }.',
  })
}
