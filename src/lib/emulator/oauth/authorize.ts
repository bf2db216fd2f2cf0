import { html } from '../../ground/html.ts'
import { applicationLinks } from '../pages/application.ts'
import { problemPage } from '../pages/page.ts'
import { type Answer, type Call, redirect } from '../server/call.ts'
import type { AuthorizationRequest, Place, Session, State } from '../state/state.ts'
import { isStillWelcome } from '../world/accounts.ts'
import { authorizationRequest } from './authorization-request.ts'
import { codeRedirect } from './code.ts'
import { firstStep } from './hosted/first-step.ts'
import { OAuthError } from './oauth-error.ts'
import { isRepeated } from './parameters.ts'
import { findPlace } from './place.ts'
import { redirectMistake } from './redirect-uri.ts'
import { currentSession } from './session.ts'
import { touchSession } from './session-ends.ts'

/** `GET /oauth/authorize`: a sign-in page, or the error of the request. */
export async function authorize(state: State, call: Call): Promise<Answer> {
  const { query } = call
  // First, because an error must never be sent to an unregistered address.
  const mistake = clientMistake(state, query)
  if (mistake) {
    const back = html`Go back to ${applicationLinks(state.settings)}.`
    return problemPage('This sign-in cannot start', mistake, back)
  }
  try {
    const request = authorizationRequest(state, query)
    const place = findPlace(state.settings, query)
    return request.prompts.includes('none')
      ? signInSilently(state, call, request, place)
      : await firstStep(state, call, request, place)
  } catch (error) {
    if (error instanceof OAuthError) return errorRedirect(query, error)
    throw error
  }
}

function clientMistake({ settings }: State, query: URLSearchParams): string | undefined {
  const clientId = query.get('client_id')
  const redirectUri = query.get('redirect_uri')
  if (clientId === null) return 'client_id is missing.'
  if (redirectUri === null) return 'redirect_uri is missing.'
  const repeated = ['client_id', 'redirect_uri'].find((name) => isRepeated(query, name))
  if (repeated) return `${repeated} appears more than once.`
  if (clientId !== settings.clientId) return `There is no client ${clientId}.`
  return redirectMistake(settings, redirectUri, query.get('organization_id'))
}

/** `prompt=none`: only succeeds if the browser is already signed in at the requested target. */
function signInSilently(
  state: State,
  call: Call,
  request: AuthorizationRequest,
  place: Place | undefined,
): Answer {
  const session = currentSession(state, call)
  if (!session) throw new OAuthError('login_required', 'No user is signed in')
  if (place && !isSessionAt(session, place)) {
    throw new OAuthError(
      'login_required',
      'The user is signed in to another organization or connection',
    )
  }
  if (!isStillWelcome(session.organization?.people, session.person)) {
    throw new OAuthError('login_required', 'The signed-in user may not sign in any more')
  }
  touchSession(state, session)
  return codeRedirect(state, request, session)
}

function isSessionAt(session: Session, { connection, organization }: Place): boolean {
  if (connection.id !== session.connection.id) return false
  return organization === undefined || organization.id === session.organization?.id
}

function errorRedirect(query: URLSearchParams, error: OAuthError): Answer {
  return redirect(query.get('redirect_uri')!, {
    error: error.code,
    error_description: error.message,
    // With a repeated state, the correct one cannot be told apart, so none is returned.
    state: isRepeated(query, 'state') ? undefined : (query.get('state') ?? undefined),
  })
}
