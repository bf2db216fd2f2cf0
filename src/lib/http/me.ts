import type { IncomingMessage, ServerResponse } from 'node:http'
import { personIn } from './guards/accepts.ts'
import { tellDenied } from './guards/denial.ts'
import { sendRefusal } from './guards/refusals.ts'
import { askAuthority } from './instance/ask.ts'
import type { Instance } from './instance/instance.ts'
import { assertRead } from './request/method.ts'
import { sendJson } from './request/respond.ts'

/**
 * `GET /me`: describes the signed-in user for the pages of the application. The response never
 * contains tokens.
 */
export async function meRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  assertRead(req, res)
  const { login: loginUrl, logout: logoutUrl } = instance.addresses.paths
  const view = await askAuthority(instance, req, res)
  const { principal, bearer } = view
  if (principal.status === 'signed-out' && !bearer) {
    sendJson(res, 200, { status: principal.status, loginUrl })
    return
  }
  const found = personIn(view)
  if (!found.person) {
    tellDenied(instance, req, found.refusal.code, () => view)
    sendRefusal(found.refusal, instance, res)
    return
  }
  const { status, user, organizationId, roles, permissions, expiresAt } = found.person
  const shown = { status, user, organizationId, roles, permissions, expiresAt }
  // A client with an access token uses neither cookies nor pages.
  const forPages = { csrfToken: found.person.csrfToken(), loginUrl, logoutUrl }
  sendJson(res, 200, bearer ? shown : { ...shown, ...forPages })
}
