import type { Identity, User } from '../ground/types.ts'
import type { Caller, Conditions } from './principal.ts'

/** Returns the `has` of a principal with these roles, permissions and organization. */
export function has({
  roles: role,
  permissions: permission,
  organizationId,
}: Pick<Caller, 'roles' | 'permissions' | 'organizationId'>): Caller['has'] {
  return (conditions) => {
    const organization = organizationId === undefined ? [] : [organizationId]
    return holds({ role, permission, organization }, conditions)
  }
}

/**
 * Whether all conditions hold. A misspelled condition never holds, and neither does a call without
 * conditions: a mistake must not grant access.
 */
function holds(held: Readonly<Record<string, readonly string[]>>, conditions: Conditions): boolean {
  const asked = Object.entries(conditions ?? {})
  return (
    asked.length > 0 &&
    asked.every(([name, value]) => Object.hasOwn(held, name) && held[name]!.includes(value))
  )
}

/**
 * The values of `onLogin` come first, so that they can add to verified values and not replace them.
 */
export function userOf(
  identity: Pick<Identity, 'claims' | 'sub' | 'iss' | 'emailVerified' | 'user'> & {
    readonly email?: string | undefined
  },
): User {
  const { claims, sub, iss, email, emailVerified } = identity
  const user: Record<string, unknown> = identity.user ? { ...identity.user } : {}
  user.id = sub
  user.iss = iss
  user.emailVerified = emailVerified
  if (email !== undefined) user.email = email
  for (const [name, claim] of claimByField) {
    if (typeof claims[claim] === 'string') user[name] = claims[claim]
  }
  // Every field of a User was set above from a value of its type.
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
