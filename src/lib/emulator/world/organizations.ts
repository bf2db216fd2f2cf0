import { stableId } from '../format/ids.ts'
import { type Directory, directoryFrom, type EmulatedDirectory } from './directory.ts'
import { type EmulatedPerson, personFrom } from './people.ts'
import type { ConnectionSeed, ConnectionStatus, OrganizationSeed } from './seed.ts'
import type { SessionPolicy } from './session-policy.ts'

/** A customer. */
export interface EmulatedOrganization {
  /** `org_` and digits. */
  readonly id: string
  readonly externalId?: string
  readonly displayName: string
  readonly domains: readonly string[]
  /** The application's own metadata. */
  readonly metadata: Readonly<Record<string, string>>
  /** The features that its administrator may set up. */
  readonly features: readonly OrganizationFeature[]
  readonly slug?: string
  readonly logoUrl?: string
  readonly regionCode: 'US' | 'EU'
  /** The lifetime of sessions, if it differs from the application's. */
  readonly sessionPolicy?: SessionPolicy
  readonly connection?: EmulatedConnection
  readonly directory?: EmulatedDirectory
  readonly people: readonly EmulatedPerson[]
}

/** A feature that an organization's administrator may set up. */
export interface OrganizationFeature {
  /** For example `sso` or `dir_sync`. */
  readonly name: string
  readonly enabled: boolean
}

/** A customer in the emulator's state. A change is visible through every reference to it. */
export interface Organization extends EmulatedOrganization {
  externalId?: string
  displayName: string
  domains: readonly string[]
  metadata: Readonly<Record<string, string>>
  features: readonly OrganizationFeature[]
  slug?: string
  logoUrl?: string
  sessionPolicy?: SessionPolicy
  connection?: Connection
  directory?: Directory
  readonly people: EmulatedPerson[]
}

/** A connection that can be enabled and disabled. */
export interface Connection extends EmulatedConnection {
  enabled: boolean
}

/** A connection with its organization. */
export interface OwnedConnection {
  readonly organization: Organization
  readonly connection: Connection
}

/** A directory with its organization. */
export interface OwnedDirectory {
  readonly organization: Organization
  readonly directory: Directory
}

/** The connection through which a customer's users sign in. */
export interface EmulatedConnection {
  /** `conn_` and digits. */
  readonly id: string
  readonly provider: string
  /** `OAUTH` is a social provider, `PASSWORDLESS` a code sent by email. */
  readonly type: 'SAML' | 'OIDC' | 'OAUTH' | 'PASSWORDLESS'
  readonly enabled: boolean
  readonly status: ConnectionStatus
}

export function organizationFrom(seed: OrganizationSeed): Organization {
  const { id, externalId, slug, displayName, domains = [], connection, directory } = seed
  const people = (seed.people ?? []).map((person) => personFrom(person, displayName))
  return {
    id: id ?? stableId('org_', displayName),
    ...(externalId !== undefined && { externalId }),
    ...(slug !== undefined && { slug }),
    displayName,
    domains,
    ...newOrganization,
    metadata: seed.metadata ?? {},
    ...(connection !== null && { connection: connectionFrom(connection, displayName) }),
    ...(directory !== null && { directory: directoryFrom(directory, people, displayName) }),
    people,
  }
}

/** The defaults of a new organization. */
export const newOrganization = {
  metadata: {},
  features: [
    { name: 'sso', enabled: true },
    { name: 'dir_sync', enabled: true },
  ],
  regionCode: 'US',
} as const

/**
 * Whether users can sign in through it: it must be enabled and completed. Scalekit calls all others
 * "not active".
 */
export function isUsable(connection: EmulatedConnection): boolean {
  return connection.enabled && connection.status === 'COMPLETED'
}

/** @param displayName the name from which an id is derived if the seed has none */
export function connectionFrom(seed: ConnectionSeed = {}, displayName = ''): Connection {
  return {
    id: seed.id ?? stableId('conn_', displayName),
    provider: seed.provider ?? 'OKTA',
    type: seed.type ?? 'SAML',
    enabled: seed.enabled ?? true,
    status: seed.status ?? 'COMPLETED',
  }
}
