import { type Html, html } from '../../ground/html.ts'
import { page } from '../pages/page.ts'
import { initials, nameAndNote } from '../pages/person-line.ts'
import { providerName } from '../pages/provider-name.ts'
import type { Answer } from '../server/call.ts'
import type { Place, State } from '../state/state.ts'
import type { EmulatedPerson } from '../world/people.ts'
import { field, hostedForm, signInPath } from './hosted/form.ts'

/** The page of an identity provider. Its user chooses a person, and is signed in without a password. */
export function signInPage(id: string, place: Place, loginHint?: string): Answer {
  const provider = providerName(place.connection.provider)
  const title = `Sign in ${place.organization ? 'to' : 'with'} ${place.name}`
  return page(
    200,
    title,
    html`<section class="card ${place.connection.provider.toLowerCase()}">
<header class="band">${provider}</header>
<h1>${title}</h1>
<p>Choose who you are; there is no password.</p>
<form method="post" action="${signInPath}">
<input type="hidden" name="request" value="${id}">
<ul class="people">${hintedFirst(place.people, loginHint).map((person) => personButton(person, loginHint))}</ul>
<div class="others">
<button name="failure" value="denied">Cancel</button>
<button name="failure" value="error">${provider} reports an error</button>
</div>
</form>
</section>`,
  )
}

export interface HostedPageContent {
  /** The domains of all organizations, to choose an email address from. */
  readonly domains: readonly string[]
  readonly email: string | undefined
  /** Whether codes, social providers and new accounts are offered as well. */
  readonly hasAccounts: boolean
  /** The only organization in which the user may sign in. */
  readonly name?: string
  readonly problem?: string
}

/** The hosted page, which finds the way to sign in by an email address. */
export function hostedPage(state: State, id: string, shown: HostedPageContent): Answer {
  const { domains, email, hasAccounts, name, problem } = shown
  const known = domains.length > 0 ? ` Known here: ${domains.join(', ')}.` : ''
  const isInvalid = problem !== undefined
  return hostedForm(state, id, {
    title: name === undefined ? 'Sign in' : `Sign in to ${name}`,
    lead:
      name === undefined
        ? `Your work email address decides where you sign in.${known}`
        : 'You get a code by email.',
    fields: field('email', 'Email address', {
      type: 'email',
      value: email,
      autocomplete: 'username',
      isInvalid,
      isFirst: true,
    }),
    problem,
    submit: 'Continue',
    others: hasAccounts && html`${socialWays}${name === undefined && newAccount}`,
  })
}

const socialWays = html`<button name="provider" value="google" formnovalidate>Google</button>
<button name="provider" value="microsoft" formnovalidate>Microsoft</button>`

const newAccount = html`
<button name="step" value="sign-up" formnovalidate>Create an account</button>`

function personButton(person: EmulatedPerson, loginHint: string | undefined): Html {
  const isHinted = isSame(person.email, loginHint)
  return html`<li${person.refusal && html` class="refuses"`}><button name="person" value="${person.id}" data-email="${person.email}"${isHinted && html` autofocus`}>
<span class="initials" aria-hidden="true">${initials(person.name)}</span>
${nameAndNote(person.name, note(person, isHinted), person.email)}
</button></li>`
}

function note({ refusal, membershipStatus }: EmulatedPerson, isHinted: boolean): Html | undefined {
  if (refusal) return html`<span class="note">${refusalNotes[refusal]}</span>`
  if (membershipStatus !== 'ACTIVE') return html`<span class="note">invited</span>`
  return isHinted ? html`<span class="note">suggested</span>` : undefined
}

const refusalNotes = { access_denied: 'no access', user_not_active: 'deactivated' }

function hintedFirst(people: readonly EmulatedPerson[], loginHint: string | undefined) {
  return people.toSorted(
    (one, other) => Number(isSame(other.email, loginHint)) - Number(isSame(one.email, loginHint)),
  )
}

function isSame(email: string, loginHint: string | undefined): boolean {
  return email.toLowerCase() === loginHint?.toLowerCase()
}
