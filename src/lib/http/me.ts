import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Instance } from './instance/instance.ts'
import { assertRead } from './request/method.ts'
import { sendJson } from './request/respond.ts'

/** `GET /me`: who is signed in, for the pages of the application; tokens are never in it. */
export async function meRoute(
  { addresses, sessions }: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  assertRead(req, res)
  const { login: loginUrl, logout: logoutUrl } = addresses.paths
  const { principal } = await sessions.askAuthority(req, res)
  if (principal.status === 'signed-out') {
    sendJson(res, 200, { status: principal.status, loginUrl })
    return
  }
  const { status, user, organizationId, roles, permissions, expiresAt } = principal
  const csrfToken = principal.csrfToken()
  const shown = { status, user, organizationId, roles, permissions, expiresAt, csrfToken }
  sendJson(res, 200, { ...shown, loginUrl, logoutUrl })
}
