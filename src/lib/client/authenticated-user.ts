import { profileOf } from '../oidc/claims.ts'
import type { IdTokenClaims } from '../oidc/id-token.ts'
import type { AuthenticatedUser } from './sign-in-types.ts'

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isBoolean = (value: unknown) => typeof value === 'boolean'
const isTime = (value: unknown) => isText(value) || typeof value === 'number'
const isThere = (value: unknown) => value !== undefined && value !== null

/** Scalekit's claims by the members of the user, each with its required type. */
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

/** Members that the kit reads from a token as well. They are read in one place. */
const kept = [
  'email',
  'emailVerified',
  'organizationId',
  'externalOrganizationId',
  'connectionId',
  'sid',
] as const

/** Maps verified claims to a user. A value with an unexpected type is left out. */
export function authenticatedUser(claims: IdTokenClaims): AuthenticatedUser {
  const profile = profileOf(claims)
  const named = Object.entries(fields)
    .filter(([, [claim, isOfType]]) => Object.hasOwn(claims, claim) && isOfType(claims[claim]))
    .map(([name, [claim]]) => [name, claims[claim]])
  return {
    id: profile.sub,
    ...Object.fromEntries(named),
    ...pick(profile, kept),
  }
}

function pick<Shape extends object, Name extends keyof Shape>(
  shape: Shape,
  names: readonly Name[],
): Pick<Shape, Name> {
  const entries = names.filter((name) => name in shape).map((name) => [name, shape[name]])
  return Object.fromEntries(entries)
}
