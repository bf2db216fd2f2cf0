import { profileOf } from '../oidc/claims.ts'
import type { IdTokenClaims } from '../oidc/id-token.ts'

/**
 * Who signed in, as their ID token says. Find your users by `id`: it never moves to somebody else,
 * an e-mail address can.
 */
export interface AuthenticatedUser {
  /** The OpenID Connect subject. */
  readonly id: string
  readonly username?: string
  readonly name?: string
  readonly givenName?: string
  readonly familyName?: string
  readonly email?: string
  /** True only where the identity provider said so. */
  readonly emailVerified: boolean
  readonly phoneNumber?: string
  readonly phoneNumberVerified?: boolean
  readonly profile?: string
  readonly picture?: string
  readonly gender?: string
  readonly birthDate?: string
  readonly zoneInfo?: string
  readonly locale?: string
  /** As it was sent: a text, or seconds since the epoch. */
  readonly updatedAt?: string | number
  /** As it was sent. */
  readonly identities?: unknown
  /** As it was sent. */
  readonly metadata?: unknown
  /** Where they signed in. */
  readonly organizationId?: string
  /** Your own id of that organization, where Scalekit knows it. */
  readonly externalOrganizationId?: string
  /** Through which connection they signed in. */
  readonly connectionId?: string
  /** Their session's id at Scalekit. */
  readonly sid?: string
}

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isBoolean = (value: unknown) => typeof value === 'boolean'
const isTime = (value: unknown) => isText(value) || typeof value === 'number'
const isThere = (value: unknown) => value !== undefined && value !== null

/** Scalekit's own names for what the claims say, each with what it has to be. */
const fields: Readonly<Record<string, readonly [claim: string, isOfType: typeof isText]>> = {
  username: ['preferred_username', isText],
  name: ['name', isText],
  givenName: ['given_name', isText],
  familyName: ['family_name', isText],
  phoneNumber: ['phone_number', isText],
  phoneNumberVerified: ['phone_number_verified', isBoolean],
  profile: ['profile', isText],
  picture: ['picture', isText],
  gender: ['gender', isText],
  birthDate: ['birthdate', isText],
  zoneInfo: ['zoneinfo', isText],
  locale: ['locale', isText],
  updatedAt: ['updated_at', isTime],
  identities: ['identities', isThere],
  metadata: ['metadata', isThere],
}

/** Translates verified claims, keeping a value only when it has the type it should have. */
export function authenticatedUser(claims: IdTokenClaims): AuthenticatedUser {
  const profile = profileOf(claims)
  const named = Object.entries(fields)
    .filter(([, [claim, isOfType]]) => Object.hasOwn(claims, claim) && isOfType(claims[claim]))
    .map(([name, [claim]]) => [name, claims[claim]])
  return {
    id: profile.sub,
    ...Object.fromEntries(named),
    ...pick(profile, ['email', 'emailVerified', 'organizationId', 'externalOrganizationId']),
    ...pick(profile, ['connectionId', 'sid']),
  }
}

function pick<Shape extends object, Name extends keyof Shape>(
  shape: Shape,
  names: readonly Name[],
): Pick<Shape, Name> {
  const entries = names.filter((name) => name in shape).map((name) => [name, shape[name]])
  return Object.fromEntries(entries)
}
