import { html } from '../../ground/html.ts'
import { applicationLinks } from '../pages/application.ts'
import { problemPage } from '../pages/page.ts'
import { type Answer, type Call, redirect } from '../server/call.ts'
import type { PendingSignIn, Place, State } from '../state/state.ts'
import { domainOfEmail } from '../world/people.ts'
import { codeRedirect } from './code.ts'
import { OAuthError } from './oauth-error.ts'
import { domainsOf, isOpen, placeOfDomain } from './place.ts'
import { startSession } from './session.ts'
import { hostedPage, signInPage } from './sign-in-page.ts'

/** Takes what was chosen on a page and sends the browser on. */
export function signIn(state: State, { form }: Call): Answer {
  const id = form.get('request') ?? ''
  const pending = state.pending.get(id)
  if (!pending) {
    return problemPage(
      'This page was already used',
      html`A sign-in can be finished once. To sign in again, go back to ${applicationLinks(state.settings)}.`,
    )
  }
  if (!pending.place) return continueAt(state, id, pending, form.get('email') ?? '')
  state.pending.delete(id)
  return finish(state, pending, pending.place, form)
}

function continueAt(state: State, id: string, pending: PendingSignIn, email: string): Answer {
  const again = (problem: string) =>
    hostedPage(id, { domains: domainsOf(state.settings), email, problem })
  try {
    const place = placeOfDomain(state.settings, domainOfEmail(email) ?? '')
    if (!place) return again('No organization here has this domain.')
    state.pending.set(id, { ...pending, place })
    return signInPage(id, place, email)
  } catch (error) {
    if (error instanceof OAuthError) return again(`${error.message}.`)
    throw error
  }
}

function finish(
  state: State,
  { request }: PendingSignIn,
  place: Place,
  form: URLSearchParams,
): Answer {
  const person = place.people.find(({ id }) => id === form.get('person'))
  const refusal = isOpen(state.settings, place) ? person?.refusal : 'connection_not_active'
  if (person && !refusal) {
    return codeRedirect(state, request, startSession(state, place, person))
  }
  const [error, description] = failure(refusal ?? form.get('failure'), place)
  return redirect(request.redirectUri, {
    error,
    error_description: description,
    state: request.state,
  })
}

function failure(reason: string | null, { connection }: Place): readonly [string, string] {
  switch (reason) {
    case 'access_denied':
      return ['access_denied', 'The identity provider does not let this person in']
    case 'user_not_active':
      return ['user_not_active', 'This person is not active']
    case 'connection_not_active':
      return ['connection_not_active', 'This connection is not active any more']
    case 'denied':
      return ['access_denied', 'The sign-in was cancelled']
    default:
      return connection.type === 'SAML'
        ? ['invalid_saml_response', 'The identity provider sent a response that is not valid']
        : ['failed_to_exchange_token', 'The identity provider did not exchange the code']
  }
}
