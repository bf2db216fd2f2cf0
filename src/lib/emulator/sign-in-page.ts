import { type Html, html } from '../html.ts'
import type { Answer } from './call.ts'
import type { EmulatedPerson } from './organizations.ts'
import { page } from './page.ts'
import type { Place } from './state.ts'

/** Where every form on these pages goes. */
export const signInPath = '/emulator/sign-in'

/** The page of an identity provider: whoever is chosen has signed in, without a password. */
export function signInPage(id: string, place: Place, loginHint?: string): Answer {
  const provider = providerName(place.connection.provider)
  return page(
    200,
    `Sign in to ${place.name}`,
    html`<section class="card ${place.connection.provider.toLowerCase()}">
<header class="band">${provider}</header>
<h1>Sign in to ${place.name}</h1>
<p>Choose who you are. There is no password here.</p>
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

/** The hosted page, which finds the identity provider by the domain of an e-mail address. */
export function hostedPage(id: string, email: string | undefined, problem?: string): Answer {
  return page(
    200,
    'Sign in',
    html`<section class="card">
<h1>Sign in</h1>
<p>Your work e-mail address decides where you sign in.</p>
<form method="post" action="${signInPath}">
<input type="hidden" name="request" value="${id}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required autofocus value="${email}"${problem ? html` aria-invalid="true" aria-describedby="problem"` : ''}>
${problem && html`<p id="problem" class="problem" role="alert">${problem}</p>`}
<button class="primary">Continue</button>
</form>
</section>`,
  )
}

function personButton(person: EmulatedPerson, loginHint: string | undefined): Html {
  const isHinted = isSame(person.email, loginHint)
  return html`<li><button name="person" value="${person.id}" data-email="${person.email}"${isHinted && html` autofocus`}>
<span class="initials" aria-hidden="true">${initials(person.name)}</span>
<span class="who"><strong>${person.name}</strong><span>${person.email}</span></span>
${note(person, isHinted)}
</button></li>`
}

function note(person: EmulatedPerson, isHinted: boolean): Html | undefined {
  if (person.refusal === 'access_denied') return html`<em class="refused">no access</em>`
  if (person.refusal === 'user_not_active') return html`<em class="refused">deactivated</em>`
  return isHinted ? html`<em>suggested</em>` : undefined
}

function hintedFirst(people: readonly EmulatedPerson[], loginHint: string | undefined) {
  return people.toSorted(
    (one, other) => Number(isSame(other.email, loginHint)) - Number(isSame(one.email, loginHint)),
  )
}

function isSame(email: string, loginHint: string | undefined): boolean {
  return email.toLowerCase() === loginHint?.toLowerCase()
}

function initials(name: string): string {
  return name
    .split(' ')
    .map((word) => word.slice(0, 1))
    .slice(0, 2)
    .join('')
}

/** `MICROSOFT_AD` and the like, as people know them. */
function providerName(provider: string): string {
  const known = providerNames[provider]
  if (known) return known
  const words = provider.toLowerCase().split('_')
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ')
}

const providerNames: Readonly<Record<string, string>> = {
  ADFS: 'AD FS',
  GITHUB: 'GitHub',
  GITLAB: 'GitLab',
  JUMPCLOUD: 'JumpCloud',
  LINKEDIN: 'LinkedIn',
  MICROSOFT_AD: 'Microsoft Entra ID',
  ONELOGIN: 'OneLogin',
}
