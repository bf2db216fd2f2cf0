import { html } from '../../ground/html.ts'
import { applicationLinks } from '../pages/application.ts'
import { page, problemPage } from '../pages/page.ts'
import { type Answer, type Call, redirect } from '../server/call.ts'
import type { Claims } from '../state/keys.ts'
import type { State } from '../state/state.ts'
import type { Settings } from '../world/settings.ts'
import { repeatedName } from './parameters.ts'
import { isRegistered } from './redirect-uri.ts'
import { currentSession, expiredSessionCookie } from './session.ts'
import { endSession } from './session-ends.ts'

/** `GET /oidc/logout` and the older `/end_session`: ends the session and redirects the browser. */
export async function logout(state: State, call: Call): Promise<Answer> {
  const { query } = call
  const hint = await openHint(state, query.get('id_token_hint'))
  const mistake = logoutMistake(state, query, hint)
  if (mistake) {
    const back = html`Go back to ${applicationLinks(state.settings)}.`
    return problemPage('This sign-out cannot be finished', mistake, back)
  }

  endSessions(state, call, hint)
  const cookie = expiredSessionCookie(state)
  const goOn = query.get('post_logout_redirect_uri')
  if (goOn) return redirect(goOn, { state: query.get('state') ?? undefined }, cookie)
  const signedOut = signedOutPage(state)
  return { ...signedOut, headers: { ...signedOut.headers, ...cookie } }
}

/** An expired hint is accepted: users sign out long after they signed in. */
async function openHint(state: State, hint: string | null): Promise<Claims | undefined> {
  return hint ? state.keys.open(hint) : undefined
}

function logoutMistake(
  { settings }: State,
  query: URLSearchParams,
  hint: Claims | undefined,
): string | undefined {
  const repeated = repeatedName(query)
  if (repeated) return `${repeated} appears more than once.`
  if (query.get('id_token_hint') && !isIdToken(hint, settings)) {
    return 'id_token_hint is not an ID token of this server.'
  }
  const clientId = query.get('client_id')
  if (clientId && clientId !== settings.clientId) return `There is no client ${clientId}.`
  const goOn = query.get('post_logout_redirect_uri')
  if (!goOn || isRegistered(settings, settings.postLogoutRedirectUris, goOn, oidOf(hint))) {
    return undefined
  }
  return `${goOn} is not registered. Registered, to the letter: ${settings.postLogoutRedirectUris.join(', ')}. To register another, use --post-logout-redirect-uri or startEmulator({ postLogoutRedirectUris }).`
}

function oidOf(hint: Claims | undefined): string | null {
  return typeof hint?.oid === 'string' ? hint.oid : null
}

/** Whether a token signed by the emulator is an ID token: only those have `azp`. */
function isIdToken(hint: Claims | undefined, { clientId }: Settings): boolean {
  return hint?.azp === clientId
}

function endSessions(state: State, call: Call, hint: Claims | undefined): void {
  const named = state.sessions.get(String(hint?.sid))
  for (const session of [named, currentSession(state, call)]) {
    if (session) endSession(state, session, { status: 'logout', at: state.clock() })
  }
}

function signedOutPage({ settings }: State): Answer {
  return page(
    200,
    'Signed out',
    html`<section class="card"><h1>Signed out</h1><p>You can close this page, or go back to ${applicationLinks(settings)}.</p></section>`,
  )
}
