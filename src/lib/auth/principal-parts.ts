import type { Identity, User } from '../ground/types.ts'
import type { Caller, Conditions } from './principal.ts'

/** Makes the `has` of a principal with these roles, permissions and organization. */
export function has({
  roles: role,
  permissions: permission,
  organizationId,
}: Pick<Caller, 'roles' | 'permissions' | 'organizationId'>): Caller['has'] {
  const organization = organizationId === undefined ? [] : [organizationId]
  const held = { role, permission, organization }
  return (conditions) => holds(held, conditions)
}

/**
 * A name that is no condition holds nothing, and neither does nothing at all: a misspelled condition,
 * or one that was left out, must let nobody in.
 */
function holds(held: Readonly<Record<string, readonly string[]>>, conditions: Conditions): boolean {
  const asked = Object.entries(conditions ?? {})
  return (
    asked.length > 0 &&
    asked.every(([name, value]) => Object.hasOwn(held, name) && held[name]!.includes(value))
  )
}

/** What `onLogin` kept comes first, so that it can add to what was verified but not replace it. */
export function userOf(
  identity: Pick<Identity, 'claims' | 'sub' | 'iss' | 'email' | 'emailVerified' | 'user'>,
): User {
  const { claims, sub: id, iss, email, emailVerified } = identity
  const user: Record<string, unknown> = { ...identity.user, id, iss, emailVerified }
  if (email !== undefined) user.email = email
  for (const [name, claim] of claimByField) {
    if (typeof claims[claim] === 'string') user[name] = claims[claim]
  }
  // Every field of a User was just set from a value of its type.
  return Object.freeze(user) as unknown as User
}

const claimByField: readonly (readonly [field: keyof User, claim: string])[] = [
  ['name', 'name'],
  ['givenName', 'given_name'],
  ['familyName', 'family_name'],
  ['picture', 'picture'],
  ['username', 'preferred_username'],
  ['externalId', 'xuid'],
]
