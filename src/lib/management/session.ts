import type { CallApi, CallOptions } from './call.ts'
import { apiPath } from './path.ts'

/** Ends sessions at Scalekit. Ids are Scalekit's; those that it does not know are 404. */
export interface SessionApi {
  /** @param sessionId `ses_…` */
  revokeSession(sessionId: string, options?: CallOptions): Promise<void>
  /** @param userId `usr_…` */
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
