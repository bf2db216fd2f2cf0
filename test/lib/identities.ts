import type { Identity, Tokens } from '../../src/lib/ground/types.ts'
import type { TokenEntry } from '../../src/lib/state/store.ts'

/** The moment all these sessions begin at. */
export const now = Date.UTC(2026, 0, 2, 3, 4, 5)
export const hourMs = 3_600_000

/** Ada's session at Acme, a day idle and a week in all, with any part replaced. */
export function ada(changes: Partial<Identity> = {}): Identity {
  return {
    v: 1,
    sessionId: 'session-of-ada',
    startedAt: now - 5000,
    iss: 'https://acme.scalekit.com',
    sub: 'conn_1;00u-ada',
    organizationId: 'org_1',
    connectionId: 'conn_1',
    email: 'ada@acme.example',
    emailVerified: true,
    roles: ['admin'],
    permissions: ['projects:read'],
    scopes: ['openid'],
    claims: { name: 'Ada Lovelace', groups: ['Engineering'] },
    absoluteExpiresAt: now + 7 * 24 * hourMs,
    idleExpiresAt: now + 24 * hourMs,
    ...changes,
  }
}

export function tokens(changes: Partial<Tokens> = {}): Tokens {
  return { accessToken: 'access', idToken: 'id', ...changes }
}

/** What a token store is given at a sign-in, with any part replaced. */
export function entry(changes: Partial<TokenEntry> = {}): TokenEntry {
  return { version: 0, sealed: '1.keyid.sealed', ...changes }
}

/** A clock that stands where the test puts it. */
export function settableClock(start = now) {
  let time = start
  return {
    clock: () => time,
    at(moment: number) {
      time = moment
    },
  }
}
