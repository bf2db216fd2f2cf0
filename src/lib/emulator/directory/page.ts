import { type Html, html } from '../../ground/html.ts'
import { namesField } from '../pages/names-field.ts'
import { homeLink, page } from '../pages/page.ts'
import { nameAndNote } from '../pages/person-line.ts'
import type { Answer, Call } from '../server/call.ts'
import type { EmulatedDirectoryUser } from '../world/directory.ts'
import type { DirectoryEditor } from './editor.ts'
import { groupNamesOf } from './page-forms.ts'

/** The page of a directory: its users, with buttons for each, and a form that adds one. */
export function directoryPage(
  { id, enabled, users, groups }: DirectoryEditor,
  { path }: Call,
  organizationName: string,
): Answer {
  const title = `Directory of ${organizationName}`
  return page(
    200,
    title,
    html`<section class="card">
<h1>${title}</h1>
<p><code>${id}</code>. Changes are sent to the application${enabled ? '' : ' as soon as the directory is enabled'}.</p>
<p>${homeLink}</p>
${
  users.length === 0
    ? html`<p>There are no users yet.</p>`
    : html`<ul>${users.map((user) => userLine(user, groupNamesOf(groups, user.id), path))}</ul>`
}
</section>
<section class="card">
<h2>New user</h2>
<form method="post">
<label for="name">Name</label><input id="name" name="name" required autocomplete="off">
<label for="email">Email address</label><input id="email" name="email" type="email" required autocomplete="off">
<button class="primary">Add</button>
</form>
</section>`,
  )
}

/** `formmethod="get"` opens the page that asks, at the same address. */
function userLine(
  { id, name, email, active, roles }: EmulatedDirectoryUser,
  groups: readonly string[],
  path: string,
): Html {
  const action = `${path.replace(/\/$/, '')}/users/${id}`
  const note = html`<span class="note">${active ? roles.join(', ') : 'deactivated'}</span>`
  return html`<li class="person${!active && ' refuses'}" id="${id}">${nameAndNote(name, note, email)}
<form method="post" action="${action}" aria-label="${name}">
${active ? html`<button formmethod="get" name="change" value="deactivate">Deactivate</button>` : html`<button name="change" value="reactivate">Reactivate</button>`}
<button formmethod="get" name="change" value="remove">Remove</button>
</form>
<details><summary>Roles and groups</summary>
<form method="post" action="${action}" aria-label="Roles and groups of ${name}">
${namesField('Roles', 'roles', roles)}
${namesField('Groups', 'groups', groups)}
<p class="hint">Separate with commas. Sends <code>organization.directory.user_updated</code>.</p>
<button class="primary" name="change" value="save">Save</button>
</form></details></li>`
}
