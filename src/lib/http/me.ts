import type { Sessions } from '../auth/sessions.ts'
import type { RouteHandler } from './instance/route.ts'
import { assertRead } from './request/read-only.ts'
import { sendJson } from './request/respond.ts'

/** What `/me` needs. */
export interface MeParts {
  readonly sessions: Sessions
  readonly loginUrl: string
  readonly logoutUrl: string
}

/** `GET /me`: who is signed in, for the pages of the application; tokens are never in it. */
export function meRoute({ sessions, loginUrl, logoutUrl }: MeParts): RouteHandler {
  return async function me(req, res) {
    assertRead(req, res)
    const principal = await sessions.ask(req, res)
    if (principal.status === 'signed-out') {
      sendJson(res, 200, { status: principal.status, loginUrl })
      return
    }
    const { status, user, organizationId, roles, permissions, expiresAt } = principal
    const csrfToken = principal.csrfToken()
    const shown = { status, user, organizationId, roles, permissions, expiresAt, csrfToken }
    sendJson(res, 200, { ...shown, loginUrl, logoutUrl })
  }
}
