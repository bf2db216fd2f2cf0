import type { Session, State } from '../state/state.ts'
import { limitsIn, type SessionLimits } from '../world/session-policy.ts'

/** When a session ends by itself, in milliseconds: `idle` only where there is a limit. */
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

/** Modular SSO leaves sessions to the application. */
function limitsFor({ settings }: State, { organization }: Session): SessionLimits {
  if (settings.product === 'sso') return { absoluteSeconds: Infinity, idleSeconds: null }
  const policy = organization?.sessionPolicy
  return policy ? limitsIn(policy) : settings.session
}
