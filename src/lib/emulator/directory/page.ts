import { isDeepStrictEqual } from 'node:util'
import { type Html, html } from '../../ground/html.ts'
import { namesField, namesIn } from '../pages/names-field.ts'
import { page, unchangedPage } from '../pages/page.ts'
import { type Answer, type Call, seeOther } from '../server/call.ts'
import type { EmulatedDirectoryGroup, EmulatedDirectoryUser } from '../world/directory.ts'
import { domainOfEmail } from '../world/people.ts'
import type { DirectoryEditor } from './editor.ts'

/** What an administrator sees of a directory, with a button for what can be done to each person. */
export function directoryPage(
  { id, enabled, users, groups }: DirectoryEditor,
  { path }: Call,
): Answer {
  return page(
    200,
    'Directory',
    html`<section class="card">
<h1>Directory</h1>
<p><code>${id}</code> What changes here is sent to the application${enabled ? '' : ' as soon as the directory is enabled'}.</p>
<ul>${users.map((user) => userLine(user, namesOf(groupsOf(groups, user)), path))}</ul>
</section>
<section class="card">
<h2>New user</h2>
<form method="post">
<label for="name">Name</label><input id="name" name="name" required>
<label for="email">Email address</label><input id="email" name="email" type="email" required>
<button class="primary">Add</button>
</form>
</section>`,
  )
}

/** Adds whom the form of the page names. */
export function addFromPage(directory: DirectoryEditor, call: Call): Answer {
  const [name, email] = ['name', 'email'].map((field) => call.form.get(field)?.trim() ?? '')
  if (!name || !domainOfEmail(email!)) {
    return unchangedPage('Enter a name and an email address.')
  }
  if (directory.users.some((user) => user.email === email)) {
    return unchangedPage(`${email} already exists.`)
  }
  directory.createUser({ name, email: email! })
  return seeOther(call.path)
}

/** Does what a button of the page says. */
export function changeFromPage(directory: DirectoryEditor, call: Call, id: string): Answer {
  const change = changes.get(call.form.get('change') ?? '')
  if (!change) return unchangedPage('The form has no such button.')
  change(directory, id, call.form)
  return seeOther(call.path.replace(/\/users\/.*$/, ''))
}

type Change = (directory: DirectoryEditor, id: string, form: URLSearchParams) => unknown

const changes: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['deactivate', (directory, id) => directory.updateUser(id, { active: false })],
  ['reactivate', (directory, id) => directory.updateUser(id, { active: true })],
  ['remove', (directory, id) => directory.deleteUser(id)],
  ['save', saveRolesAndGroups],
])

/** Each change is sent for itself, as by a directory. */
function saveRolesAndGroups(directory: DirectoryEditor, id: string, form: URLSearchParams): void {
  const user = directory.users.find((one) => one.id === id)
  const [roles, names] = [namesIn(form, 'roles'), namesIn(form, 'groups')]
  if (!isDeepStrictEqual(user?.roles, roles)) directory.updateUser(id, { roles })
  const before = groupsOf(directory.groups, { id })
  for (const group of before) {
    if (!names.includes(group.displayName)) directory.removeMember(group.id, id)
  }
  const isIn = namesOf(before)
  for (const displayName of names.filter((name) => !isIn.includes(name))) {
    const known = directory.groups.find((group) => group.displayName === displayName)
    directory.addMember((known ?? directory.createGroup({ displayName })).id, id)
  }
}

function groupsOf(groups: readonly EmulatedDirectoryGroup[], { id }: { readonly id: string }) {
  return groups.filter(({ members }) => members.includes(id))
}

function namesOf(groups: readonly EmulatedDirectoryGroup[]): readonly string[] {
  return groups.map(({ displayName }) => displayName)
}

function userLine(
  { id, name, email, active, roles }: EmulatedDirectoryUser,
  groups: readonly string[],
  path: string,
): Html {
  return html`<li class="person${!active && ' refuses'}"><span class="who">
<strong>${name}</strong><span class="note">${active ? roles.join(', ') : 'deactivated'}</span><span>${email}</span>
</span><form method="post" action="${path}/users/${id}" aria-label="${name}">
<button name="change" value="${active ? 'deactivate' : 'reactivate'}">${active ? 'Deactivate' : 'Reactivate'}</button>
<button name="change" value="remove">Remove</button>
</form>
<details><summary>Change roles and groups</summary>
<form method="post" action="${path}/users/${id}" aria-label="Roles and groups of ${name}">
${namesField('Roles', 'roles', roles)}
${namesField('Groups', 'groups', groups)}
<button class="primary" name="change" value="save">Save</button>
<p class="hint">Separate with commas. Sends <code>organization.directory.user_updated</code>.</p>
</form></details></li>`
}
