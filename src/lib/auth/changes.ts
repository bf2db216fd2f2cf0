import type { Authority, Identity } from '../ground/types.ts'
import type { LocalRevocations, Revocation, RevocationClock } from '../state/store.ts'
import { keyOf, type RevocationTarget, revocationKey } from './revocation.ts'

/**
 * The users whose authority changed: users in an organization, or all users with a role or
 * permission.
 */
export type ChangeTarget =
  | Extract<RevocationTarget, { readonly organizationId: string }>
  | { readonly role: string }
  | { readonly permission: string }

/**
 * Returns the key of a change's record. Such records are stored among the revocations. Processes of
 * an older version ignore them, because they look up none of these keys.
 */
export function changeKey(issuer: string, target: ChangeTarget): string {
  if ('role' in target) return keyOf(issuer, 'changed-role', target.role)
  if ('permission' in target) return keyOf(issuer, 'changed-permission', target.permission)
  return `changed-${revocationKey(issuer, target)}`
}

/** The time of the last change by each clock. `-Infinity` if no change is known. */
export type LastChange = Readonly<Record<RevocationClock, number>>

/** The last changes that concern a session. */
export interface LastChanges {
  /** The last change of the user: the membership, or the entry in a directory. */
  readonly person: LastChange
  /** The last change of the user, or of a role or permission that the user has. */
  readonly any: LastChange
}

const never: LastChange = { scalekit: Number.NEGATIVE_INFINITY, store: Number.NEGATIVE_INFINITY }
export const noChanges: LastChanges = { person: never, any: never }

/** The names of a user under which changes are recorded. */
type Person = Pick<Identity, 'iss' | 'sub' | 'organizationId' | 'email' | 'idpUserId'>

/** The roles and permissions of a user. A change of one of them concerns the user. */
type Held = Pick<Authority, 'roles' | 'permissions'>

export function lastChanges(
  known: Pick<LocalRevocations, 'get'>,
  identity: Person,
  held: Held,
): LastChanges {
  const of = (targets: readonly ChangeTarget[]) =>
    targets.flatMap((target) => known.get(changeKey(identity.iss, target)) ?? [])
  const person = latest(never, of(personTargets(identity)))
  return { person, any: latest(person, of(heldTargets(held))) }
}

/** Returns the keys of all changes that concern a session. */
export function changeKeysOf(identity: Person, held: Held): readonly string[] {
  const targets = [...personTargets(identity), ...heldTargets(held)]
  return targets.map((target) => changeKey(identity.iss, target))
}

function heldTargets({ roles, permissions }: Held): readonly ChangeTarget[] {
  return [...roles.map((role) => ({ role })), ...permissions.map((permission) => ({ permission }))]
}

function personTargets({ sub, organizationId, email, idpUserId }: Person): readonly ChangeTarget[] {
  if (organizationId === undefined) return []
  return [
    { organizationId },
    { organizationId, sub },
    ...(email === undefined ? [] : [{ organizationId, email }]),
    ...(idpUserId === undefined ? [] : [{ organizationId, idpUserId }]),
  ]
}

function latest(before: LastChange, changes: readonly Revocation[]): LastChange {
  let { scalekit, store } = before
  for (const { notBefore, clock } of changes) {
    if (clock === 'store') store = Math.max(store, notBefore)
    else scalekit = Math.max(scalekit, notBefore)
  }
  return { scalekit, store }
}
