import { apiTime } from '../format/time.ts'
import { newPortalLink } from '../portal/link.ts'
import type { PortalLink } from '../state/portal-link.ts'
import type { State } from '../state/state.ts'
import { organizationId } from './fields.ts'
import { organizationWith } from './find.ts'
import { type Operation, operation } from './operation.ts'
import { list, nameOf, yesOrNo } from './rules.ts'

const linkRequest = {
  id: organizationId,
  features: list(nameOf(['sso', 'dir_sync'])),
  // Deprecated, and still sent by older clients.
  sso: yesOrNo,
  directory_sync: yesOrNo,
}

export const portalLinkOperations: readonly Operation[] = [
  operation('PUT', '/organizations/{id}/portal_links', {
    request: linkRequest,
    respond(state, { id, features, sso, directory_sync }) {
      const organization = organizationWith(state, id)
      const asked = [...features, ...(sso ? ['sso'] : []), ...(directory_sync ? ['dir_sync'] : [])]
      return { link: generate(state, organization.id, [...new Set(asked)]) }
    },
  }),
]

function generate(state: State, ownerId: string, features: PortalLink['features']) {
  const { id, path, expiresAt } = newPortalLink(state, ownerId, features)
  return { id, location: state.issuer + path, expire_time: apiTime(expiresAt) }
}
