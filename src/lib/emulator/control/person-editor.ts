import { changeMember } from '../state/change-member.ts'
import type { State } from '../state/state.ts'
import type { Organization } from '../world/organizations.ts'
import { type EmulatedPerson, personFrom } from '../world/people.ts'
import type { PersonSeed } from '../world/seed.ts'
import { changeAtDirectory } from './people.ts'

/** The changeable fields of a person. Absent fields are left unchanged. */
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

/** Changes one person of one organization while the emulator runs. */
export interface PersonEditor {
  /** The person's current data. */
  readonly current: EmulatedPerson
  /**
   * Changes the person. The next token, of a sign-in or of a refresh, has the new values. If roles
   * or permissions change, subscribers receive `user.organization_membership_updated`. In Modular
   * SSO the roles are those of the directory, and subscribers receive
   * `organization.directory.user_updated`.
   */
  update(changes: PersonChanges): void
}

/**
 * @param organizationId The organization, if the person has several. Default: the first that has
 *   the person.
 * @throws Error if there is no such person
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
