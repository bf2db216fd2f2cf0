import { type Html, html } from '../ground/html.ts'
import { personEditor } from './control/person-editor.ts'
import { namesField, namesIn } from './pages/names-field.ts'
import { unchangedPage } from './pages/page.ts'
import { type Answer, type Call, seeOther } from './server/call.ts'
import type { State } from './state/state.ts'
import type { EmulatedOrganization } from './world/organizations.ts'
import type { EmulatedPerson } from './world/people.ts'

/** The path that the forms which change roles and permissions are sent to. */
export const rolesPath = '/emulator/roles'

/** A form that changes a person's roles in an organization, and in `full-stack` their permissions. */
export function rolesForm(
  { settings }: State,
  { name, email, roles, permissions }: EmulatedPerson,
  { id }: EmulatedOrganization,
): Html {
  const isFullStack = settings.product === 'full-stack'
  const event = isFullStack
    ? 'user.organization_membership_updated'
    : 'organization.directory.user_updated'
  return html`<details class="below"><summary>Change roles</summary>
<form method="post" action="${rolesPath}" aria-label="Roles of ${name}">
<input type="hidden" name="organization_id" value="${id}">
<input type="hidden" name="email" value="${email}">
${namesField('Roles', 'roles', roles)}
${isFullStack && namesField('Permissions', 'permissions', permissions)}
<p class="hint">Separate with commas. Sends <code>${event}</code>.</p>
<button class="primary">Save</button>
</form></details>`
}

/** Makes the change of such a form. */
export function changeRolesFromPage(state: State, { form }: Call): Answer {
  const [organizationId, email] = ['organization_id', 'email'].map((field) => form.get(field) ?? '')
  try {
    personEditor(state, email!, organizationId!).update({
      roles: namesIn(form, 'roles'),
      ...(form.has('permissions') && { permissions: namesIn(form, 'permissions') }),
    })
    return seeOther('/')
  } catch (error) {
    return unchangedPage(`${(error as Error).message}.`)
  }
}
