import { type DirectoryUserSeed, directoryEditor } from '../directory/editor.ts'
import { changeMember } from '../state/change-member.ts'
import type { State } from '../state/state.ts'
import type { Organization } from '../world/organizations.ts'
import { type EmulatedPerson, personFrom } from '../world/people.ts'
import type { PersonSeed } from '../world/seed.ts'
import { ControlError } from './control-error.ts'
import { organizationWith } from './organizations.ts'

/** A person as a member of one organization. */
export interface EmulatedMember extends EmulatedPerson {
  readonly organizationId: string
}

/** The changeable fields of a person. The id and the groups cannot be changed. */
export interface MemberChanges extends Partial<Omit<PersonSeed, 'id' | 'groups' | 'refusal'>> {
  /** `false` deactivates the person, who then cannot sign in any more. */
  readonly active?: boolean
}

/** All people of all organizations, or of one. */
export function members(state: State, organization?: string): readonly EmulatedMember[] {
  return organizationsOf(state, organization).flatMap((each) =>
    each.people.map((person) => memberOf(each, person)),
  )
}

/** Adds a person to an organization and, if it has one, to its directory and the groups there. */
export function addPerson(state: State, reference: string, seed: PersonSeed): EmulatedMember {
  const organization = organizationWith(state, reference)
  const { people, directory, displayName } = organization
  if (people.some(({ email }) => email === seed.email)) {
    throw new ControlError('conflict', `${displayName} already has a person ${seed.email}`)
  }
  const person = personFrom(seed, displayName)
  if (directory) addToDirectory(state, directory.id, person)
  // The directory has created a person from its own fields. It is replaced by the complete one.
  const at = people.findIndex(({ email }) => email === seed.email)
  people.splice(at < 0 ? people.length : at, 1, person)
  return memberOf(organization, person)
}

/**
 * Changes a person in all their organizations or in one. The fields that the directory holds are
 * changed there. Subscribers receive the events.
 *
 * @param who the email address or `usr_…`
 */
export function updatePerson(
  state: State,
  who: string,
  changes: MemberChanges,
  organization?: string,
): readonly EmulatedMember[] {
  return placesOf(state, who, organization).map(({ organization: each, person }) =>
    memberOf(each, change(state, each, person, changes)),
  )
}

/** Removes a person from all their organizations or from one, and from the directory there. */
export function removePerson(state: State, who: string, organization?: string): void {
  for (const { organization: each, person } of placesOf(state, who, organization)) {
    const { directory, people } = each
    const user = directory?.users.find(({ email }) => email === person.email)
    if (directory && user) directoryEditor(state, directory.id).deleteUser(user.id)
    else people.splice(people.indexOf(person), 1)
  }
}

function addToDirectory(state: State, directoryId: string, person: EmulatedPerson): void {
  const { email, name, idpUserId, roles, groups, refusal } = person
  const editor = directoryEditor(state, directoryId)
  const active = refusal !== 'user_not_active'
  const user = editor.createUser({ email, name, idpUserId, roles, active })
  for (const displayName of groups) {
    const group =
      editor.groups.find((candidate) => candidate.displayName === displayName) ??
      editor.createGroup({ displayName })
    editor.addMember(group.id, user.id)
  }
}

function change(
  state: State,
  organization: Organization,
  person: EmulatedPerson,
  { active, ...changes }: MemberChanges,
): EmulatedPerson {
  const { people, displayName } = organization
  const at = people.indexOf(person)
  const { email, name, idpUserId } = changes
  // With `full-stack`, the application sets the roles of members. With `sso`, the directory does.
  const roles = state.settings.product === 'sso' ? changes.roles : undefined
  const atDirectory = definedOf({ email, name, idpUserId, roles, active })
  changeAtDirectory(state, organization, person.email, atDirectory)
  const changed = personFrom({ ...people[at]!, ...changes }, displayName)
  const now = active === undefined ? changed : withActivity(changed, active)
  changeMember(state, organization, people[at]!, now)
  return now
}

/** Changes a user of the directory, if the user exists and the changes are not empty. */
export function changeAtDirectory(
  state: State,
  { directory }: Organization,
  email: string,
  changes: Partial<DirectoryUserSeed>,
): void {
  const user = directory?.users.find((one) => one.email === email)
  if (!directory || !user || Object.keys(changes).length === 0) return
  directoryEditor(state, directory.id).updateUser(user.id, changes)
}

function withActivity({ refusal, ...person }: EmulatedPerson, active: boolean): EmulatedPerson {
  if (!active) return { ...person, refusal: 'user_not_active' }
  return refusal === 'access_denied' ? { ...person, refusal } : person
}

/** @throws {@link ControlError} `not_found` if none of the organizations has the person */
function placesOf(state: State, who: string, organization?: string) {
  const places = organizationsOf(state, organization).flatMap((each) => {
    const person = each.people.find(({ id, email }) => id === who || email === who)
    return person ? [{ organization: each, person }] : []
  })
  if (places.length > 0) return places
  throw new ControlError('not_found', `There is no person ${who}${organization ? ' there' : ''}`)
}

function organizationsOf(state: State, organization?: string): readonly Organization[] {
  return organization === undefined
    ? state.settings.organizations
    : [organizationWith(state, organization)]
}

function memberOf({ id }: Organization, person: EmulatedPerson): EmulatedMember {
  return { ...person, organizationId: id }
}

function definedOf<Shape extends object>(
  shape: Shape,
): {
  [Name in keyof Shape]?: Exclude<Shape[Name], undefined>
} {
  const entries = Object.entries(shape).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof Shape]?: Exclude<Shape[Name], undefined> }
}
