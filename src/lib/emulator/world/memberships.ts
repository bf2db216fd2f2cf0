import type { Organization } from './organizations.ts'
import type { EmulatedPerson } from './people.ts'
import type { Settings } from './settings.ts'

/** A person in an organization. The same user may be in several, with different roles in each. */
export interface Membership {
  readonly organization: Organization
  readonly person: EmulatedPerson
}

/** The organizations in which a user is a member or invited, by email address. */
export function membershipsOf({ organizations }: Settings, email: string): readonly Membership[] {
  return organizations.flatMap((organization) => {
    const person = memberOf(organization, email)
    return person ? [{ organization, person }] : []
  })
}

/** Email addresses are compared case-insensitively. */
export function memberOf({ people }: Organization, email: string): EmulatedPerson | undefined {
  return people.find((person) => person.email.toLowerCase() === email.toLowerCase())
}

/** Replaces a person's data in an organization, or adds the person. */
export function setMember({ people }: Organization, person: EmulatedPerson): void {
  const at = people.findIndex(({ id }) => id === person.id)
  if (at < 0) people.push(person)
  else people[at] = person
}
