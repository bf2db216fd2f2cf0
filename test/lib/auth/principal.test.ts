import { describe, expect, it } from 'vitest'
import {
  type Conditions,
  type SignedIn,
  signedIn,
  signedOut,
} from '../../../src/lib/auth/principal.ts'
import { deepFreeze } from '../../../src/lib/ground/freeze.ts'
import type { Identity } from '../../../src/lib/ground/types.ts'
import { neverEnds } from '../../support/never-ends.ts'
import { ada, hourMs, now } from '../identities.ts'

describe('signedIn', () => {
  it('shows who is asking, where, and with which rights', async () => {
    const { has, csrfToken, accessToken, ...shown } = principal({
      externalOrganizationId: 'acme',
      claims: {
        name: 'Ada Lovelace',
        given_name: 'Ada',
        family_name: 'Lovelace',
        picture: 'https://acme.example/ada.png',
        preferred_username: 'ada',
        xuid: '7',
      },
    })
    expect(shown).toEqual({
      status: 'signed-in',
      via: 'session',
      user: {
        id: 'conn_1;00u-ada',
        iss: ada().iss,
        email: 'ada@acme.example',
        emailVerified: true,
        name: 'Ada Lovelace',
        givenName: 'Ada',
        familyName: 'Lovelace',
        picture: 'https://acme.example/ada.png',
        username: 'ada',
        externalId: '7',
      },
      organizationId: 'org_1',
      externalOrganizationId: 'acme',
      connectionId: 'conn_1',
      authenticatedOrganizations: ['org_1'],
      roles: ['admin'],
      permissions: ['projects:read'],
      scopes: ['openid'],
      claims: shown.claims,
      sessionId: 'session-of-ada',
      startedAt: expect.any(Number),
      expiresAt: now + 24 * hourMs,
      isStale: false,
    })
    expect(csrfToken()).toBe('csrf of session-of-ada')
    await expect(accessToken()).resolves.toBe('token of session-of-ada')
  })

  it('says nothing about the session at Scalekit', () => {
    expect(JSON.stringify(principal({ sid: 'ses_1' }))).not.toMatch(/ses_1|"v"/)
  })

  it('leaves out what is not known', () => {
    const { organizationId, connectionId, email, ...rest } = ada()
    const shown = signedIn(deepFreeze(rest), false, abilities)
    for (const name of ['organizationId', 'externalOrganizationId', 'connectionId']) {
      expect(shown).not.toHaveProperty(name)
    }
    expect(shown.user).not.toHaveProperty('email')
  })

  it('ends at whichever end comes first', () => {
    expect(principal({ absoluteExpiresAt: now + 5 }).expiresAt).toBe(now + 5)
    expect(principal({ idleExpiresAt: now + 5 }).expiresAt).toBe(now + 5)
  })

  it('is frozen to its depth', () => {
    const shown = principal({ user: { plan: { name: 'pro' } } })
    const { plan } = shown.user as unknown as { plan: object }
    for (const part of [
      shown,
      shown.user,
      plan,
      shown.authenticatedOrganizations,
      shown.roles,
      shown.permissions,
      shown.scopes,
      shown.claims,
      shown.claims.groups,
    ]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it('takes names only as texts', () => {
    const { user } = principal({ claims: { name: { first: 'Ada' }, picture: 5, xuid: ['7'] } })
    const { sub: id, iss } = ada()
    expect(user).toEqual({ id, iss, email: 'ada@acme.example', emailVerified: true })
  })
})

describe('what onLogin kept', () => {
  it('is added to the user', () => {
    expect(principal({ user: { plan: 'pro' } }).user).toMatchObject({ plan: 'pro' })
  })

  it('replaces nothing that was verified', () => {
    const user = {
      id: 'usr_mallory',
      iss: 'https://evil.example',
      email: 'mallory@evil.example',
      emailVerified: false,
      name: 'Mallory',
    }
    expect(principal({ user }).user).toEqual({
      id: ada().sub,
      iss: ada().iss,
      email: 'ada@acme.example',
      emailVerified: true,
      name: 'Ada Lovelace',
    })
  })

  it('does not become a verified address where there was none', () => {
    const { email, ...withoutEmail } = ada({
      emailVerified: false,
      user: { email: 'x@evil.example', emailVerified: true },
    })
    expect(signedIn(deepFreeze(withoutEmail), false, abilities).user.emailVerified).toBe(false)
  })

  it('cannot change other objects', () => {
    const user = JSON.parse('{"__proto__":{"isAdmin":true}}')
    const shown = principal({ user }).user as unknown as { isAdmin?: boolean }
    expect(shown.isAdmin).toBeUndefined()
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})

describe('has', () => {
  it.each<[Conditions, boolean]>([
    [{ role: 'admin' }, true],
    [{ role: 'Admin' }, false],
    [{ role: 'adm' }, false],
    [{ role: '' }, false],
    [{ permission: 'projects:read' }, true],
    [{ permission: 'projects' }, false],
    [{ organization: 'org_1' }, true],
    [{ organization: 'org_2' }, false],
    [{ organization: '' }, false],
    [{ role: 'admin', organization: 'org_1' }, true],
    [{ role: 'admin', organization: 'org_2' }, false],
    [{ role: 'admin', permission: 'projects:write', organization: 'org_1' }, false],
  ])('%j is %s', (conditions, held) => {
    expect(principal().has(conditions)).toBe(held)
  })

  it.each(['role', 'permission', 'organization'])(
    'a %s that is undefined is never held',
    (name) => {
      const { organizationId, ...nowhere } = ada({ roles: [], permissions: [] })
      const conditions = { [name]: undefined } as Conditions
      expect(principal().has(conditions)).toBe(false)
      expect(signedIn(deepFreeze(nowhere), false, abilities).has(conditions)).toBe(false)
    },
  )

  it.each([{ roles: 'admin' }, { org: 'org_1' }, { role: 'admin', scope: 'x' }])(
    'the unknown condition in %j is never held',
    (conditions) => {
      expect(principal().has(conditions as Conditions)).toBe(false)
    },
  )

  it.each([{ role: ['admin'] }, { role: null }, { organization: ['org_1'] }])(
    'what is no text, as in %j, is never held',
    (conditions) => {
      expect(principal().has(conditions as unknown as Conditions)).toBe(false)
    },
  )

  it.each([{}, [], '', undefined, null])(
    'does not hold when %j is asked, which is nothing',
    (asked) => {
      expect(principal().has(asked as Conditions)).toBe(false)
    },
  )
})

describe('signedOut', () => {
  it.each(['no-session', 'expired', 'revoked'] as const)('says %s, and is frozen', (reason) => {
    expect(signedOut[reason]).toEqual({ status: 'signed-out', reason, user: undefined })
    expect(Object.isFrozen(signedOut[reason])).toBe(true)
  })
})

const abilities = {
  csrfToken: (sessionId: string) => `csrf of ${sessionId}`,
  accessToken: async ({ sessionId }: Identity) => `token of ${sessionId}`,
  ended: neverEnds,
}

/** Ada as the application sees her; identities are frozen where they are opened. */
function principal(changes: Partial<Identity> = {}): SignedIn {
  return signedIn(deepFreeze(ada(changes)), false, abilities)
}
