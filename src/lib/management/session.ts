import type { CallApi, CallOptions } from './call.ts'
import { apiPath } from './path.ts'

/**
 * Ends sessions at Scalekit. Ids are Scalekit's.
 *
 * Every operation rejects with an {@link ApiError}: `api_not_found` for an unknown id, another
 * `api_…` if the API failed or could not be reached, `invalid_id` for a malformed id. In the last
 * case, no request was sent.
 */
export interface SessionApi {
  /**
   * Ends one session of a user.
   *
   * @param sessionId `ses_…`
   */
  revokeSession(sessionId: string, options?: CallOptions): Promise<void>
  /**
   * Ends all sessions of a user.
   *
   * @param userId `usr_…`
   */
  revokeAllUserSessions(userId: string, options?: CallOptions): Promise<void>
}

export function sessionApi(call: CallApi): SessionApi {
  return {
    async revokeSession(sessionId, options) {
      await call({ method: 'POST', path: apiPath`/sessions/${sessionId}/revoke` }, options)
    },
    async revokeAllUserSessions(userId, options) {
      await call({ method: 'POST', path: apiPath`/users/${userId}/sessions/revoke` }, options)
    },
  }
}
