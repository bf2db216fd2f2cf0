import { type Html, html } from '../ground/html.ts'
import { endSession, isLiveSession } from './oauth/session-ends.ts'
import { unchangedPage } from './pages/page.ts'
import { nameAndNote } from './pages/person-line.ts'
import { type Answer, type Call, seeOther } from './server/call.ts'
import type { Session, State } from './state/state.ts'

/** The path that the buttons which end a session are sent to. */
export const sessionEndsPath = '/emulator/session-ends'

const shownSessions = 20

/** The newest sessions, each with a button that ends it after a question. Modular SSO has none. */
export function sessionsCard(state: State): Html | undefined {
  if (state.settings.product === 'sso') return undefined
  const live = [...state.sessions.values()].filter((session) => isLiveSession(state, session))
  if (live.length === 0) return undefined
  return html`<section class="card">
<h2>Sessions</h2>
<ul>${live.slice(-shownSessions).reverse().map(sessionLine)}</ul>
</section>`
}

function sessionLine({ id, person, organization, startedAt }: Session): Html {
  const since = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')
  const note = html`<span class="note"><bdi>${organization?.displayName ?? 'no organization'}</bdi></span>`
  return html`<li class="person">${nameAndNote(person.name, note, `since ${since} UTC · ${id}`)}
<details><summary>End</summary>
<form method="post" action="${sessionEndsPath}" aria-label="Session of ${person.name}">
<p class="hint">The tokens of this session are refused from then on, and ${person.name} has to sign in again.</p>
<button class="danger" name="session" value="${id}">End the session</button>
</form></details></li>`
}

/** Ends a session, as an administrator would. */
export function endSessionFromPage(state: State, { form }: Call): Answer {
  const session = state.sessions.get(form.get('session') ?? '')
  if (!session) return unchangedPage('There is no such session.')
  endSession(state, session, { status: 'revoked', at: state.clock() })
  return seeOther('/')
}
