import type { Session, State } from '../state/state.ts'
import { limitsIn, type SessionLimits } from '../world/session-policy.ts'

/** When a session expires, in milliseconds. `idle` is only present if there is an idle limit. */
export function endsOf(
  state: State,
  session: Session,
): { readonly absolute: number; readonly idle?: number } {
  const { absoluteSeconds, idleSeconds } = limitsFor(state, session)
  return {
    absolute: session.startedAt + absoluteSeconds * 1000,
    ...(idleSeconds !== null && { idle: session.lastActiveAt + idleSeconds * 1000 }),
  }
}

/** In Modular SSO, the application manages sessions. */
function limitsFor({ settings }: State, { organization }: Session): SessionLimits {
  if (settings.product === 'sso') return { absoluteSeconds: Infinity, idleSeconds: null }
  const policy = organization?.sessionPolicy
  return policy ? limitsIn(policy) : settings.session
}
