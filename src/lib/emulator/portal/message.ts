import { directoryProvider } from '../directory/provider.ts'
import type { PortalLink, PortalMessage } from '../state/portal-link.ts'
import type { OwnedConnection, OwnedDirectory } from '../world/organizations.ts'

export function connectionSwitched({ organization, connection }: OwnedConnection): PortalMessage {
  const { id, type, provider, enabled } = connection
  return {
    event_type: `ORGANIZATION_SSO_${enabled ? 'ENABLED' : 'DISABLED'}`,
    object: 'connection',
    organization_id: organization.id,
    message: `Single sign-on connection ${enabled ? 'enabled' : 'disabled'} successfully`,
    data: { connection_type: 'SSO', id, type, provider, enabled },
  }
}

export function directorySwitched({ organization, directory }: OwnedDirectory): PortalMessage {
  const { id, enabled } = directory
  const provider = directoryProvider(organization)
  return {
    event_type: `ORGANIZATION_DIRECTORY_${enabled ? 'ENABLED' : 'DISABLED'}`,
    object: 'directory',
    organization_id: organization.id,
    message: `SCIM Provisioning ${enabled ? 'enabled' : 'disabled'} successfully!`,
    data: { directory_type: 'SCIM', id, provider, enabled },
  }
}

export function portalLoaded(link: PortalLink): PortalMessage {
  return aboutSession(link, 'PORTAL_LOAD_SUCCESS', 'The admin portal was loaded')
}

/** An unknown link has no organization and no expiry to report. */
export function portalNotLoaded(message: string): PortalMessage {
  return {
    event_type: 'PORTAL_LOAD_FAILURE',
    object: 'session',
    organization_id: '',
    message,
    data: {},
  }
}

export function portalExpiring(link: PortalLink): PortalMessage {
  return aboutSession(
    link,
    'PORTAL_SESSION_WARNING',
    'The admin portal session will expire in 5 minutes',
  )
}

export function portalExpired(link: PortalLink): PortalMessage {
  return aboutSession(link, 'PORTAL_SESSION_EXPIRY', 'The admin portal session has expired')
}

function aboutSession(link: PortalLink, event_type: string, message: string): PortalMessage {
  return {
    event_type,
    object: 'session',
    organization_id: link.organizationId,
    message,
    data: { expiry: new Date(link.expiresAt).toISOString() },
  }
}
