import { html } from '../../ground/html.ts'
import { questionCard } from '../pages/ask-page.ts'
import { page } from '../pages/page.ts'
import { type Answer, type Call, seeOther } from '../server/call.ts'
import { type DirectoryEditor, entryOf } from './editor.ts'
import { pagePathOf } from './page-forms.ts'

/**
 * Asks before a user is deactivated or removed. The answer is sent to the same address.
 *
 * @returns the way to the directory's page for every other `change`, and for none
 * @throws {@link DirectoryError} when there is no such user
 */
export function askFromPage(directory: DirectoryEditor, call: Call, id: string): Answer {
  const user = entryOf(directory.users, 'user', id)
  const back = `${pagePathOf(call)}#${id}`
  const change = call.query.get('change') ?? ''
  const words = wordsOf.get(change)
  if (!words) return seeOther(back)
  const title = `${words.verb} ${user.name}?`
  const content = questionCard({
    title,
    consequences: html`${user.email} ${words.consequence} The application gets <code>${words.event}</code>${!directory.enabled && ' as soon as the directory is enabled'}.`,
    action: call.path,
    answer: html`<button class="other danger" name="change" value="${change}">${words.verb}</button>`,
    back,
    keep: 'Change nothing',
  })
  return page(200, title, content)
}

/** The changes that take access away. */
const wordsOf = new Map([
  [
    'deactivate',
    {
      verb: 'Deactivate',
      consequence: 'cannot sign in until reactivated.',
      event: 'organization.directory.user_updated',
    },
  ],
  [
    'remove',
    {
      verb: 'Remove',
      consequence: 'leaves the directory with all roles and groups, and cannot sign in any more.',
      event: 'organization.directory.user_deleted',
    },
  ],
])
