import { stableId } from '../format/ids.ts'
import { type Directory, directoryFrom, type EmulatedDirectory } from './directory.ts'
import { type EmulatedPerson, personFrom } from './people.ts'
import type { ConnectionSeed, ConnectionStatus, OrganizationSeed } from './seed.ts'
import type { SessionPolicy } from './session-policy.ts'

/** A customer, as the emulator holds it. */
export interface EmulatedOrganization {
  /** `org_` and digits. */
  readonly id: string
  readonly externalId?: string
  readonly displayName: string
  readonly domains: readonly string[]
  /** What the application attached to it. */
  readonly metadata: Readonly<Record<string, string>>
  /** What its administrator may set up. */
  readonly features: readonly OrganizationFeature[]
  readonly slug?: string
  readonly logoUrl?: string
  readonly regionCode: 'US' | 'EU'
  /** How long sessions last, where it is not as the application says. */
  readonly sessionPolicy?: SessionPolicy
  readonly connection?: EmulatedConnection
  readonly directory?: EmulatedDirectory
  readonly people: readonly EmulatedPerson[]
}

/** Something that an organization's administrator may set up. */
export interface OrganizationFeature {
  /** Such as `sso` and `dir_sync`. */
  readonly name: string
  readonly enabled: boolean
}

/** A customer as the emulator keeps it: a change is seen by whoever holds it. */
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

/** A connection that can be switched on and off. */
export interface Connection extends EmulatedConnection {
  enabled: boolean
}

/** A connection with the organization it belongs to. */
export interface OwnedConnection {
  readonly organization: Organization
  readonly connection: Connection
}

/** A directory with the organization it belongs to. */
export interface OwnedDirectory {
  readonly organization: Organization
  readonly directory: Directory
}

/** How a customer's people sign in. */
export interface EmulatedConnection {
  /** `conn_` and digits. */
  readonly id: string
  readonly provider: string
  /** `OAUTH` is a social provider, `PASSWORDLESS` a code that is sent by email. */
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

/** What an organization begins with. */
export const newOrganization = {
  metadata: {},
  features: [
    { name: 'sso', enabled: true },
    { name: 'dir_sync', enabled: true },
  ],
  regionCode: 'US',
} as const

/** Whether people can sign in through it; anything but both is "not active" at Scalekit. */
export function isUsable(connection: EmulatedConnection): boolean {
  return connection.enabled && connection.status === 'COMPLETED'
}

/** @param displayName what an id is derived from where the seed has none */
export function connectionFrom(seed: ConnectionSeed = {}, displayName = ''): Connection {
  return {
    id: seed.id ?? stableId('conn_', displayName),
    provider: seed.provider ?? 'OKTA',
    type: seed.type ?? 'SAML',
    enabled: seed.enabled ?? true,
    status: seed.status ?? 'COMPLETED',
  }
}
