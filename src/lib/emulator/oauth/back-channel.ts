import { randomId } from '../format/ids.ts'
import type { BackChannelLogout } from '../state/back-channel.ts'
import { nowSeconds, type Session, type State } from '../state/state.ts'
import { subject } from './claims.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

/** Validity of a logout token in seconds: the maximum that the specification recommends. */
const tokenSeconds = 120
/** How long a response is awaited, in milliseconds. */
const timeoutMs = 10_000
const maxLogouts = 1000

/**
 * Sends a logout token when a session ended, if the application has an address for it. The caller
 * does not wait for the response.
 *
 * @see OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.5
 */
export function sendBackChannelLogout(state: State, session: Session): void {
  const { backChannel, settings } = state
  const { backChannelLogoutUri: url } = settings
  if (url === undefined) return
  const work = send(state, session, url).finally(() => backChannel.working.delete(work))
  backChannel.working.add(work)
}

async function send(state: State, session: Session, url: string): Promise<void> {
  const { keys, backChannel, clock } = state
  const logoutToken = await keys.sign(logoutTokenClaims(state, session), 'logout+jwt')
  const logout: BackChannelLogout & { status?: number } = {
    sessionId: session.id,
    url,
    logoutToken,
    at: clock(),
  }
  backChannel.logouts.push(logout)
  if (backChannel.logouts.length > maxLogouts) backChannel.logouts.shift()
  const status = await post(url, logoutToken, backChannel.closing.signal)
  if (status !== undefined) logout.status = status
}

function logoutTokenClaims(state: State, session: Session) {
  const { issuer, settings } = state
  const now = nowSeconds(state)
  return state.faults.distort('logoutToken', {
    iss: issuer,
    sub: subject(state, session),
    aud: [settings.clientId],
    iat: now,
    exp: now + tokenSeconds,
    jti: randomId('tkn_'),
    sid: session.id,
    events: { [event]: {} },
  })
}

async function post(
  url: string,
  logoutToken: string,
  closing: AbortSignal,
): Promise<number | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: logoutToken }),
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing]),
    })
    await answer.body?.cancel()
    return answer.status
  } catch {
    return undefined
  }
}
