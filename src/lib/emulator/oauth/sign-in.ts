import { html } from '../../ground/html.ts'
import { applicationLinks } from '../pages/application.ts'
import { problemPage } from '../pages/page.ts'
import { type Answer, type Call, redirect } from '../server/call.ts'
import type { AuthorizationRequest, PendingSignIn, SignInStep, State } from '../state/state.ts'
import { takeCode } from './hosted/code.ts'
import { takeEmail } from './hosted/email.ts'
import { takeOrganization } from './hosted/organization.ts'
import { takePerson } from './hosted/person.ts'
import { show } from './hosted/show.ts'
import { takeSignUp } from './hosted/sign-up.ts'
import { OAuthError } from './oauth-error.ts'

/** Processes the form of a page and redirects the browser. */
export async function signIn(state: State, call: Call): Promise<Answer> {
  const id = call.form.get('request') ?? ''
  const pending = state.pending.get(id)
  if (!pending) {
    return problemPage(
      'This page was already used',
      'A sign-in can be finished once.',
      html`To sign in again, go back to ${applicationLinks(state.settings)}.`,
    )
  }
  try {
    return await takeStep(state, call, id, pending)
  } catch (error) {
    if (error instanceof OAuthError) return failureRedirect(pending.request, error)
    throw error
  }
}

function takeStep(
  state: State,
  call: Call,
  id: string,
  pending: PendingSignIn,
): Answer | Promise<Answer> {
  const { step } = pending
  const isAtForm = step.kind === 'email' || step.kind === 'sign-up'
  if (step.kind !== 'provider' && call.form.get('step') === 'email') {
    return show(state, { ...pending, step: emailStep(step) }, {}, id)
  }
  // A form may be corrected and sent again. A proof of identity is accepted once.
  if (!isAtForm) state.pending.delete(id)
  switch (step.kind) {
    case 'email':
      return takeEmail(state, call, id, pending, step.place)
    case 'sign-up':
      return takeSignUp(state, call, id, pending)
    case 'code':
      return takeCode(state, call, pending, step)
    case 'provider':
      return takePerson(state, call, pending, step.place)
    case 'organization':
      return takeOrganization(state, call, pending, step.user)
  }
}

/** The first page, of the one organization where the user may sign in if there is such a limit. */
function emailStep(step: SignInStep): SignInStep {
  const place = 'place' in step ? step.place : undefined
  return { kind: 'email', ...(place && { place }) }
}

function failureRedirect({ redirectUri, state }: AuthorizationRequest, error: OAuthError): Answer {
  return redirect(redirectUri, {
    error: error.code,
    error_description: error.message,
    state,
  })
}
