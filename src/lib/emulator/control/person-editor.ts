import { changeMember } from '../state/change-member.ts'
import type { State } from '../state/state.ts'
import type { Organization } from '../world/organizations.ts'
import { type EmulatedPerson, personFrom } from '../world/people.ts'
import type { PersonSeed } from '../world/seed.ts'
import { changeAtDirectory } from './people.ts'

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
  /**
   * The next token says so, of a sign-in or of a refresh. Where roles or permissions change,
   * subscribers get `user.organization_membership_updated`; in Modular SSO the roles are those of the
   * directory, and they get `organization.directory.user_updated`.
   */
  update(changes: PersonChanges): void
}

/**
 * @param organizationId Which of several organizations; by default the first that has the person.
 * @throws Error where there is no such person
 */
export function personEditor(state: State, email: string, organizationId?: string): PersonEditor {
  const find = () => {
    const place = placeOf(state, email, organizationId)
    if (place) return place
    const where = organizationId === undefined ? '' : ` in ${organizationId}`
    throw new Error(`There is no person ${email}${where}`)
  }
  find()
  return {
    get current() {
      return find().person
    },
    update(changes) {
      const { organization, person } = find()
      if (organization) return updateMember(state, organization, email, changes)
      const { socialPeople } = state.settings
      socialPeople[socialPeople.indexOf(person)] = personFrom({ ...person, ...changes }, '')
    },
  }
}

function placeOf(
  { settings }: State,
  email: string,
  organizationId: string | undefined,
): { readonly organization?: Organization; readonly person: EmulatedPerson } | undefined {
  for (const organization of settings.organizations) {
    const isMeant = organizationId === undefined || organization.id === organizationId
    const person = organization.people.find((one) => one.email === email)
    if (isMeant && person) return { organization, person }
  }
  const social = settings.socialPeople.find((one) => one.email === email)
  return organizationId === undefined && social ? { person: social } : undefined
}

function updateMember(
  state: State,
  organization: Organization,
  email: string,
  changes: PersonChanges,
): void {
  const { people } = organization
  if (state.settings.product === 'sso' && changes.roles) {
    changeAtDirectory(state, organization, email, { roles: changes.roles })
  }
  const person = people.find((one) => one.email === email)!
  changeMember(state, organization, person, personFrom({ ...person, ...changes }, ''))
}
