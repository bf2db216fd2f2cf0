import { type Html, html } from '../../ground/html.ts'
import { page, unchangedPage } from '../pages/page.ts'
import { type Answer, type Call, seeOther } from '../server/call.ts'
import type { EmulatedDirectoryUser } from '../world/directory.ts'
import { domainOfEmail } from '../world/people.ts'
import type { DirectoryEditor } from './editor.ts'

/** What an administrator sees of a directory, with a button for what can be done to each person. */
export function directoryPage({ id, enabled, users }: DirectoryEditor, { path }: Call): Answer {
  return page(
    200,
    'Directory',
    html`<section class="card">
<h1>Directory</h1>
<p><code>${id}</code> What changes here is sent to the application${enabled ? '' : ' as soon as the directory is enabled'}.</p>
<ul>${users.map((user) => userLine(user, path))}</ul>
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
  change(directory, id)
  return seeOther(call.path.replace(/\/users\/.*$/, ''))
}

const changes: ReadonlyMap<string, (directory: DirectoryEditor, id: string) => unknown> = new Map([
  ['deactivate', (directory, id) => directory.updateUser(id, { active: false })],
  ['reactivate', (directory, id) => directory.updateUser(id, { active: true })],
  ['remove', (directory, id) => directory.deleteUser(id)],
])

function userLine({ id, name, email, active, roles }: EmulatedDirectoryUser, path: string): Html {
  return html`<li class="person${!active && ' refuses'}"><span class="who">
<strong>${name}</strong><span class="note">${active ? roles.join(', ') : 'deactivated'}</span><span>${email}</span>
</span><form method="post" action="${path}/users/${id}" aria-label="${name}">
<button name="change" value="${active ? 'deactivate' : 'reactivate'}">${active ? 'Deactivate' : 'Reactivate'}</button>
<button name="change" value="remove">Remove</button>
</form></li>`
}
