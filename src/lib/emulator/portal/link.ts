import { randomUUID } from 'node:crypto'
import { randomId } from '../format/ids.ts'
import type { PortalLink } from '../state/portal-link.ts'
import type { State } from '../state/state.ts'

/** The path below which links open the admin portal. */
export const magicLinkPath = '/magicLink/'

/** A new link, with its path. */
export interface NewPortalLink extends PortalLink {
  readonly path: string
}

/** Makes a link that opens the admin portal of one organization. */
export function newPortalLink(
  { settings, clock, portalLinks }: State,
  organizationId: string,
  features: PortalLink['features'],
): NewPortalLink {
  const link = {
    id: randomId('lnk_'),
    path: `${magicLinkPath}${randomUUID()}`,
    organizationId,
    features,
    expiresAt: clock() + settings.portalLinkTtlSeconds * 1000,
  }
  portalLinks.set(link.path, link)
  return link
}
