import { apiTime } from '../format/time.ts'
import { newPortalLink } from '../portal/link.ts'
import { organizationId } from './fields.ts'
import { organizationWith } from './find.ts'
import { type Operation, operation } from './operation.ts'
import { list, nameOf, yesOrNo } from './rules.ts'

const linkRequest = {
  id: organizationId,
  features: list(nameOf(['sso', 'dir_sync'])),
  // Deprecated, but older clients still send it.
  sso: yesOrNo,
  directory_sync: yesOrNo,
}

export const portalLinkOperations: readonly Operation[] = [
  operation('PUT', '/organizations/{id}/portal_links', {
    request: linkRequest,
    respond(state, { id, features, sso, directory_sync }) {
      const organization = organizationWith(state, id)
      const asked = [...features, ...(sso ? ['sso'] : []), ...(directory_sync ? ['dir_sync'] : [])]
      const link = newPortalLink(state, organization.id, [...new Set(asked)])
      const location = state.issuer + link.path
      return { link: { id: link.id, location, expire_time: apiTime(link.expiresAt) } }
    },
  }),
]
