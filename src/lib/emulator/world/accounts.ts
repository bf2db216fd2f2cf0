import type { EmulatedDirectoryUser } from './directory.ts'
import type { Organization } from './organizations.ts'
import { type EmulatedPerson, personFrom } from './people.ts'

// A company has one set of people: who is in its directory signs in at its identity provider.

/** Lets a new user of the directory sign in. */
export function addAccount(
  { people, displayName }: Organization,
  user: EmulatedDirectoryUser,
): void {
  const { email, name, idpUserId, roles, active } = user
  people.push(personFrom({ email, name, idpUserId, roles, ...refusal(active) }, displayName))
}

/** Changes who signs in to what the directory now says; `email` is what it said before. */
export function changeAccount(
  { people, displayName }: Organization,
  email: string,
  user: EmulatedDirectoryUser,
): void {
  const at = people.findIndex((person) => person.email === email)
  const { refusal: before, ...person } = people[at]!
  const isRefusedOtherwise = before !== undefined && before !== 'user_not_active'
  people[at] = personFrom(
    {
      ...person,
      email: user.email,
      name: user.name,
      idpUserId: user.idpUserId,
      roles: user.roles,
      ...(user.active && isRefusedOtherwise ? { refusal: before } : refusal(user.active)),
    },
    displayName,
  )
}

/** Whoever is gone from the directory has no account any more. */
export function removeAccount({ people }: Organization, { email }: EmulatedDirectoryUser): void {
  people.splice(
    people.findIndex((person) => person.email === email),
    1,
  )
}

/** Whether the company lets this person in now, whatever it did when they signed in. */
export function isStillWelcome(
  people: readonly EmulatedPerson[] | undefined,
  { id }: EmulatedPerson,
): boolean {
  return people === undefined || people.some((person) => person.id === id && !person.refusal)
}

function refusal(active: boolean): { readonly refusal?: 'user_not_active' } {
  return active ? {} : { refusal: 'user_not_active' }
}
