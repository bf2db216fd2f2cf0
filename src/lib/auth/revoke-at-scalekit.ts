import { ApiError, ScalekitError } from '../ground/errors.ts'
import type { SessionApi } from '../management/session.ts'
import type { RevocationTarget } from './revocation.ts'

/** A way to end Scalekit's own sessions of a target. */
export type EndAtScalekit = () => Promise<void>

/**
 * How the sessions of a target end at Scalekit, where its API can end them: a user of Full Stack Auth
 * (`usr_…`), or one session (`ses_…`). A session there is not of one organization.
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

/** What Scalekit does not know has no session there. */
async function orGone(ending: Promise<void>): Promise<void> {
  await ending.catch((error: unknown) => {
    if (!(error instanceof ApiError && error.status === 404)) throw error
  })
}

/** The sessions here are over, and calling once more does no harm. */
export function revokeIncomplete(cause: unknown): ScalekitError {
  const message = 'The sessions ended here, but not at Scalekit, so a sign-in may need no password'
  return new ScalekitError('revoke_incomplete', message, {
    cause,
    hint: 'Call auth.revoke() again later. If this application may not call Scalekit’s API, pass { atScalekit: false }.',
  })
}
