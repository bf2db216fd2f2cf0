import { isDeepStrictEqual } from 'node:util'
import { html } from '../../ground/html.ts'
import { namesIn } from '../pages/names-field.ts'
import { unchangedPage } from '../pages/page.ts'
import { type Answer, type Call, seeOther } from '../server/call.ts'
import type { EmulatedDirectoryGroup } from '../world/directory.ts'
import { domainOfEmail } from '../world/people.ts'
import type { DirectoryEditor } from './editor.ts'

/** The path of a directory's page, for a call of it or of one of its forms. */
export function pagePathOf({ path }: Call): string {
  return path.replace(/\/users\/.*$|\/$/, '')
}

/** The display names of the groups that a user is a member of. */
export function groupNamesOf(
  groups: readonly EmulatedDirectoryGroup[],
  userId: string,
): readonly string[] {
  return groups
    .filter(({ members }) => members.includes(userId))
    .map(({ displayName }) => displayName)
}

/** Adds the user that the page's form describes. */
export function addFromPage(directory: DirectoryEditor, call: Call): Answer {
  const [name, email] = ['name', 'email'].map((field) => call.form.get(field)?.trim() ?? '')
  if (!name || !domainOfEmail(email!)) {
    return unchangedPage('Enter a name and an email address.', backTo(call))
  }
  if (directory.users.some((user) => user.email === email)) {
    return unchangedPage(`${email} already exists.`, backTo(call))
  }
  const { id } = directory.createUser({ name, email: email! })
  return seeOther(`${pagePathOf(call)}#${id}`)
}

/** Changes a user by the button that was pressed. */
export function changeFromPage(directory: DirectoryEditor, call: Call, id: string): Answer {
  const change = changes.get(call.form.get('change') ?? '')
  if (!change) return unchangedPage('The form has no such button.', backTo(call))
  change(directory, id, call.form)
  return seeOther(`${pagePathOf(call)}#${id}`)
}

function backTo(call: Call) {
  return html`<a href="${pagePathOf(call)}">Back to the directory</a>`
}

type Change = (directory: DirectoryEditor, id: string, form: URLSearchParams) => unknown

const changes: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['deactivate', (directory, id) => directory.updateUser(id, { active: false })],
  ['reactivate', (directory, id) => directory.updateUser(id, { active: true })],
  ['remove', (directory, id) => directory.deleteUser(id)],
  ['save', saveRolesAndGroups],
])

/** Sends an event for each change, as a directory does. */
function saveRolesAndGroups(directory: DirectoryEditor, id: string, form: URLSearchParams): void {
  const user = directory.users.find((one) => one.id === id)
  const [roles, names] = [namesIn(form, 'roles'), namesIn(form, 'groups')]
  if (!isDeepStrictEqual(user?.roles, roles)) directory.updateUser(id, { roles })
  const before = directory.groups.filter(({ members }) => members.includes(id))
  for (const group of before) {
    if (!names.includes(group.displayName)) directory.removeMember(group.id, id)
  }
  const isIn = groupNamesOf(before, id)
  for (const displayName of names.filter((name) => !isIn.includes(name))) {
    const known = directory.groups.find((group) => group.displayName === displayName)
    directory.addMember((known ?? directory.createGroup({ displayName })).id, id)
  }
}
