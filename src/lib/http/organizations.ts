import type { IncomingMessage, ServerResponse } from 'node:http'
import { type OfferedOrganization, offeredTo } from '../auth/offered-organizations.ts'
import type { SignedIn } from '../auth/principal.ts'
import { personIn } from './guards/accepts.ts'
import { tellDenied } from './guards/denial.ts'
import { sendRefusal, withoutLogin } from './guards/refusals.ts'
import { ask } from './instance/ask.ts'
import type { Instance } from './instance/instance.ts'
import { assertRead } from './request/method.ts'
import { sendJson } from './request/respond.ts'

/** `GET /organizations`: lists the organizations for a switcher on the pages of the application. */
export async function organizationsRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  assertRead(req, res)
  const view = await ask(instance, req, res)
  const found = personIn(view)
  // The response is data and not a page, so a browser that opens it is not redirected to sign in.
  if (!found.person) {
    tellDenied(instance, req, found.refusal.code, () => view)
    sendRefusal(view.bearer ? withoutLogin(found.refusal) : found.refusal, instance, res)
    return
  }
  const { person: principal } = found
  const offered = await offeredTo(principal, instance.config.organizations.of)
  const shown = await Promise.all(offered.map((one) => show(instance, one, principal)))
  sendJson(res, 200, { current: principal.organizationId, organizations: shown })
}

async function show(
  { addresses, lookUpName }: Instance,
  { id, ...given }: OfferedOrganization,
  principal: SignedIn,
) {
  const isCurrent = id === principal.organizationId
  const found = typeof given.displayName === 'string' ? {} : await lookUpName(id)
  const own = isCurrent ? principal.externalOrganizationId : undefined
  // A database returns `null` or `undefined` for a missing value.
  const displayName = given.displayName ?? found.displayName
  const externalId = given.externalId ?? found.externalId ?? own
  const switchUrl = addresses.loginUrl({ organization_id: id, prompt: 'select_account' })
  return { id, externalId, displayName, isCurrent, switchUrl }
}
