import { type Html, html } from '../ground/html.ts'
import { endSession, isLiveSession } from './oauth/session-ends.ts'
import { unchangedPage } from './pages/page.ts'
import { type Answer, type Call, seeOther } from './server/call.ts'
import type { Session, State } from './state/state.ts'

/** The target of the buttons that end a session. */
export const sessionEndsPath = '/emulator/session-ends'

const shownSessions = 20

/** Renders the newest sessions, each with a button that ends it. Modular SSO has none. */
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
  return html`<li class="person"><span class="who">
<strong>${person.name}</strong><span class="note">${organization?.displayName ?? 'no organization'}</span><span>since ${since} UTC · ${id}</span>
</span><form method="post" action="${sessionEndsPath}" aria-label="Session of ${person.name}">
<button name="session" value="${id}">End</button>
</form></li>`
}

/** Ends a session, as an administrator would. */
export function endSessionFromPage(state: State, { form }: Call): Answer {
  const session = state.sessions.get(form.get('session') ?? '')
  if (!session) return unchangedPage('There is no such session.')
  endSession(state, session, { status: 'revoked', at: state.clock() })
  return seeOther('/')
}
