import { type EmulatedPerson, personFrom } from './people.ts'
import type { PersonSeed } from './seed.ts'
import type { Settings } from './settings.ts'

/** What can be changed of a person; what is left out stays as it is. */
export type PersonChanges = Partial<
  Pick<
    PersonSeed,
    | 'name'
    | 'externalId'
    | 'emailVerified'
    | 'roles'
    | 'permissions'
    | 'claims'
    | 'accessTokenClaims'
    | 'customClaims'
    | 'metadata'
    | 'membershipMetadata'
    | 'refusal'
  >
>

/** One person in one organization, to be changed while the emulator runs. */
export interface PersonEditor {
  /** As the person is now. */
  readonly current: EmulatedPerson
  /** The next token says so, of a sign-in or of a refresh. Nothing is sent to subscribers. */
  update(changes: PersonChanges): void
}

/**
 * @param organizationId Which of several organizations; by default the first that has the person.
 * @throws Error where there is no such person
 */
export function personEditor(
  settings: Settings,
  email: string,
  organizationId?: string,
): PersonEditor {
  const find = () => {
    const lists =
      organizationId === undefined
        ? [...settings.organizations.map(({ people }) => people), settings.socialPeople]
        : settings.organizations.filter(({ id }) => id === organizationId).map((one) => one.people)
    const people = lists.find((list) => list.some((person) => person.email === email))
    const at = people?.findIndex((person) => person.email === email) ?? -1
    if (people && at >= 0) return { people, at, person: people[at]! }
    const where = organizationId === undefined ? '' : ` in ${organizationId}`
    throw new Error(`There is no person ${email}${where}`)
  }
  find()
  return {
    get current() {
      return find().person
    },
    update(changes) {
      const { people, at, person } = find()
      people[at] = personFrom({ ...person, ...changes }, '')
    },
  }
}
