import type { Authority, Identity } from '../ground/types.ts'
import type { LocalRevocations, Revocation, RevocationClock } from '../state/store.ts'
import { keyOf, type RevocationTarget, revocationKey } from './revocation.ts'

/** Whose authority changed: people in an organization, or all who hold a role or a permission. */
export type ChangeTarget =
  | Extract<RevocationTarget, { readonly organizationId: string }>
  | { readonly role: string }
  | { readonly permission: string }

/**
 * What the record of a change is called. Such records lie among the revocations, where processes of a
 * version that does not know them look for none of these names.
 */
export function changeKey(issuer: string, target: ChangeTarget): string {
  if ('role' in target) return keyOf(issuer, 'changed-role', target.role)
  if ('permission' in target) return keyOf(issuer, 'changed-permission', target.permission)
  return `changed-${revocationKey(issuer, target)}`
}

/** When the last change occurred, by each clock; `-Infinity` where none is known. */
export type LastChange = Readonly<Record<RevocationClock, number>>

/** The last changes that concern a session. */
export interface LastChanges {
  /** Of the person: their membership, or their entry in a directory. */
  readonly person: LastChange
  /** The same, or of a role or a permission that the person holds. */
  readonly any: LastChange
}

const never: LastChange = { scalekit: Number.NEGATIVE_INFINITY, store: Number.NEGATIVE_INFINITY }
export const noChanges: LastChanges = { person: never, any: never }

/** Whom changes are recorded by. */
type Person = Pick<Identity, 'iss' | 'sub' | 'organizationId' | 'email' | 'idpUserId'>

/** The roles and permissions of a user, whose changes concern them. */
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

/** The names of all changes that concern a session. */
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
