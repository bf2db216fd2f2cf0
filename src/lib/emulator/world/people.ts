import { stableId } from '../format/ids.ts'
import type { MembershipStatus, PersonSeed } from './seed.ts'

/** A person who can sign in or is refused. */
export interface EmulatedPerson {
  /** `usr_` and digits: the subject of the product `full-stack`. */
  readonly id: string
  /** The part after `;` in the subject of the product `sso`. */
  readonly idpUserId: string
  readonly externalId?: string
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string
  readonly givenName: string
  readonly familyName: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly groups: readonly string[]
  readonly membershipStatus: MembershipStatus
  readonly refusal?: 'access_denied' | 'user_not_active'
  readonly claims: Readonly<Record<string, unknown>>
  readonly accessTokenClaims: Readonly<Record<string, unknown>>
  readonly customClaims: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, unknown>>
  readonly membershipMetadata: Readonly<Record<string, unknown>>
}

export function personFrom(seed: PersonSeed, issuedBy: string): EmulatedPerson {
  const { email, name, externalId, refusal } = seed
  const [givenName = '', ...familyNames] = name.split(' ')
  return {
    id: seed.id ?? stableId('usr_', email),
    idpUserId: seed.idpUserId ?? stableId('00u', issuedBy, email),
    ...(externalId !== undefined && { externalId }),
    email,
    emailVerified: seed.emailVerified ?? true,
    name,
    givenName,
    familyName: familyNames.join(' '),
    roles: seed.roles ?? ['member'],
    permissions: seed.permissions ?? [],
    groups: seed.groups ?? [],
    membershipStatus: seed.membershipStatus ?? 'ACTIVE',
    ...(refusal !== undefined && { refusal }),
    claims: seed.claims ?? {},
    accessTokenClaims: seed.accessTokenClaims ?? {},
    customClaims: seed.customClaims ?? {},
    metadata: seed.metadata ?? {},
    membershipMetadata: seed.membershipMetadata ?? {},
  }
}

/** The part of an email address that names an organization. */
export function domainOfEmail(email: string): string | undefined {
  return /^[^@\s]+@([^@\s]+)$/.exec(email)?.[1]?.toLowerCase()
}
