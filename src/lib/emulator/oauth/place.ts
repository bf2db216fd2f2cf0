import { socialProviders } from '../../ground/social-providers.ts'
import { stableId } from '../format/ids.ts'
import type { Place } from '../state/state.ts'
import {
  type EmulatedConnection,
  type EmulatedOrganization,
  isUsable,
} from '../world/organizations.ts'
import { domainOfEmail } from '../world/people.ts'
import type { Settings } from '../world/settings.ts'
import { OAuthError } from './oauth-error.ts'

/**
 * Finds the target of a request. The most specific selector wins: provider, connection,
 * organization, domain, login hint.
 *
 * @returns undefined if the hosted page has to ask
 * @throws {@link OAuthError}
 */
export function findPlace(settings: Settings, query: URLSearchParams): Place | undefined {
  const provider = query.get('provider')
  if (provider) return socialPlace(settings, provider)
  const connectionId = query.get('connection_id')
  if (connectionId) return placeOfConnection(settings, connectionId)
  const organizationId = query.get('organization_id')
  if (organizationId) return placeOfOrganization(settings, organizationId)
  const domain = domainOf(query)
  if (domain) return placeOfDomain(settings, domain) ?? hostedOr(settings, unknownDomain(domain))
  return hostedOr(settings, noSelector())
}

/** @throws {@link OAuthError} if the organization has no connection to sign in with */
export function placeOfDomain(settings: Settings, domain: string): Place | undefined {
  const organization = settings.organizations.find(({ domains }) =>
    domains.includes(domain.toLowerCase()),
  )
  return organization && placeAt(settings, organization)
}

/** Whether Scalekit's own page signs users in: with a code, a social provider, or a new account. */
export function hasHostedAccounts({ product, hostedLogin }: Settings): boolean {
  return product === 'full-stack' && hostedLogin
}

/** Whether users of this target sign in on the hosted page instead of at an identity provider. */
export function isHosted({ connection }: Place): boolean {
  return connection.type === 'PASSWORDLESS'
}

/** The connection of users who prove that they receive email at an address. */
export const passwordless: EmulatedConnection = {
  id: stableId('conn_', 'passwordless'),
  provider: 'SCALEKIT',
  type: 'PASSWORDLESS',
  enabled: true,
  status: 'COMPLETED',
}

/** All domains that lead to an organization. */
export function domainsOf({ organizations }: Settings): readonly string[] {
  return organizations.flatMap(({ domains }) => domains)
}

/** Whether users can still sign in at the requested target. */
export function isOpen({ organizations }: Settings, { organization, connection }: Place): boolean {
  const isThere =
    organization === undefined || organizations.some(({ id }) => id === organization.id)
  return isThere && isUsable(connection)
}

/** @throws {@link OAuthError} for a provider that Scalekit does not support */
export function socialPlace({ socialPeople }: Settings, provider: string): Place {
  const name = socialProviders.get(provider)
  if (!name) {
    const known = [...socialProviders.keys()].join(', ')
    throw new OAuthError('invalid_request', `provider must be one of ${known}`)
  }
  const id = stableId('conn_', 'social', provider)
  const connection = {
    id,
    provider: provider.toUpperCase(),
    type: 'OAUTH',
    enabled: true,
    status: 'COMPLETED',
  } as const
  return { name, connection, people: socialPeople }
}

function placeOfConnection(settings: Settings, connectionId: string): Place {
  const organization = settings.organizations.find(
    ({ connection }) => connection?.id === connectionId,
  )
  if (!organization?.connection) {
    throw new OAuthError('invalid_connection_id', `There is no connection ${connectionId}`)
  }
  if (!isUsable(organization.connection)) {
    throw new OAuthError('connection_not_active', `Connection ${connectionId} is not active`)
  }
  return placeAt(settings, organization)
}

function placeOfOrganization(settings: Settings, organizationId: string): Place {
  const { organizations } = settings
  const organization = organizations.find(({ id }) => id === organizationId)
  if (organization) return placeAt(settings, organization)
  const named = organizations.find(({ externalId }) => externalId === organizationId)
  const problem = named
    ? `${organizationId} is an external id, and organization_id takes only Scalekit's own: read it from GET /api/v1/organizations:external/${organizationId}, here it is ${named.id}`
    : `There is no organization ${organizationId}`
  throw new OAuthError('invalid_organization_id', problem)
}

/**
 * Returns where users of an organization sign in. Without a connection, that is the hosted page in
 * `full-stack` mode.
 *
 * @throws {@link OAuthError} if there is no way to sign in
 */
export function placeAt(settings: Settings, organization: EmulatedOrganization): Place {
  const { connection, displayName, people } = organization
  if (!connection && hasHostedAccounts(settings)) {
    return { name: displayName, connection: passwordless, organization, people }
  }
  if (!connection) {
    throw new OAuthError('no_configured_connections', `${displayName} has no connection`)
  }
  if (!isUsable(connection)) {
    throw new OAuthError('no_active_connections', `${displayName} has no active connection`)
  }
  return { name: displayName, connection, organization, people }
}

function domainOf(query: URLSearchParams): string | undefined {
  const domain = query.get('domain')
  const domainHint = query.get('domain_hint')
  if (domain && domainHint && domain !== domainHint) {
    throw new OAuthError('invalid_request', 'domain and domain_hint name different domains')
  }
  return domain || domainHint || domainOfEmail(query.get('login_hint') ?? '')
}

/** Falls back to the hosted page in full-stack authentication. Modular SSO has no such page. */
function hostedOr({ hostedLogin }: Settings, error: OAuthError): undefined {
  if (!hostedLogin) throw error
}

function unknownDomain(domain: string): OAuthError {
  return new OAuthError('domain_not_found', `No organization has the domain ${domain}`)
}

function noSelector(): OAuthError {
  return new OAuthError(
    'invalid_connection_selector',
    'One of connection_id, organization_id, domain, login_hint and provider is required',
  )
}
