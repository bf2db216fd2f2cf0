import { isDeepStrictEqual } from 'node:util'
import type { EmulatedDirectoryUser } from './directory.ts'
import type { Organization } from './organizations.ts'
import { type EmulatedPerson, personFrom } from './people.ts'

// A company has one set of people: the users of its directory sign in at its identity provider.

/** Creates an account with which a new user of the directory can sign in. */
export function addAccount(
  { people, displayName }: Organization,
  user: EmulatedDirectoryUser,
): void {
  const { email, name, idpUserId, roles, active } = user
  people.push(personFrom({ email, name, idpUserId, roles, ...refusal(active) }, displayName))
}

/**
 * Updates an account from the directory. The roles only change if they changed in the directory,
 * because an administrator of the application may have assigned others.
 */
export function changedAccount(
  { displayName }: Organization,
  { refusal: refused, ...person }: EmulatedPerson,
  before: EmulatedDirectoryUser,
  user: EmulatedDirectoryUser,
): EmulatedPerson {
  const isRefusedOtherwise = refused !== undefined && refused !== 'user_not_active'
  return personFrom(
    {
      ...person,
      email: user.email,
      name: user.name,
      idpUserId: user.idpUserId,
      roles: isDeepStrictEqual(before.roles, user.roles) ? person.roles : user.roles,
      ...(user.active && isRefusedOtherwise ? { refusal: refused } : refusal(user.active)),
    },
    displayName,
  )
}

/** Removes the account of a user who was removed from the directory. */
export function removeAccount({ people }: Organization, { email }: EmulatedDirectoryUser): void {
  people.splice(
    people.findIndex((person) => person.email === email),
    1,
  )
}

/** Whether the company lets this person in now, regardless of its decision when they signed in. */
export function isStillWelcome(
  people: readonly EmulatedPerson[] | undefined,
  { id }: EmulatedPerson,
): boolean {
  return people === undefined || people.some((person) => person.id === id && !person.refusal)
}

function refusal(active: boolean): { readonly refusal?: 'user_not_active' } {
  return active ? {} : { refusal: 'user_not_active' }
}
