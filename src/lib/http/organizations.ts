import {
  type OfferedOrganization,
  type OfferOrganizations,
  offeredTo,
} from '../auth/offered-organizations.ts'
import type { LookUpName } from '../auth/organization-names.ts'
import type { SignedIn } from '../auth/principal.ts'
import { refusals, sendRefusal } from './guards/refusals.ts'
import type { Instance } from './instance/context.ts'
import type { RouteHandler } from './instance/route.ts'
import { assertRead } from './request/read-only.ts'
import { sendJson } from './request/respond.ts'

/** What `/organizations` needs. */
export interface OrganizationsParts {
  readonly instance: Instance
  readonly nameOf: LookUpName
  /** Which a person may be offered, where the application says so. */
  readonly offer: OfferOrganizations | undefined
}

/** `GET /organizations`: what a switcher shows, for the pages of the application. */
export function organizationsRoute({ instance, nameOf, offer }: OrganizationsParts): RouteHandler {
  return async function organizations(req, res) {
    assertRead(req, res)
    const principal = await instance.sessions.ask(req, res)
    // Data and no page: a browser that opens it is not sent to sign in, either.
    if (principal.status === 'signed-out') {
      sendRefusal(refusals.notSignedIn, instance, res)
      return
    }
    const offered = await offeredTo(principal, offer)
    const shown = await Promise.all(offered.map((one) => show(one, principal)))
    sendJson(res, 200, { current: principal.organizationId, organizations: shown })
  }

  async function show({ id, ...given }: OfferedOrganization, principal: SignedIn) {
    const isCurrent = id === principal.organizationId
    const found = typeof given.displayName === 'string' ? {} : await nameOf(id)
    const own = isCurrent ? principal.externalOrganizationId : undefined
    // A database says `null` or `undefined` for what it has not.
    const displayName = given.displayName ?? found.displayName
    const externalId = given.externalId ?? found.externalId ?? own
    const switchUrl = instance.loginUrl({ organization_id: id, prompt: 'select_account' })
    return { id, externalId, displayName, isCurrent, switchUrl }
  }
}
