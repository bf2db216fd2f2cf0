import { describe, expect, it } from 'vitest'
import {
  type AuthorityRules,
  authorityAtSignIn,
  authorityOf,
  isFixed,
  type SignInFacts,
  withAnswer,
  withAuthority,
  withFixed,
} from '../../../src/lib/auth/authority.ts'
import type { Authority, Identity, Tokens } from '../../../src/lib/ground/types.ts'
import { ada, now, tokens } from '../identities.ts'

const issuedAt = now - 60_000
const identity = ada({ authority: { issuedAt } })
const offline: Partial<Tokens> = { refreshToken: 'rt_1', accessTokenExpiresAt: now + 240_000 }

describe('what an identity says a user may do', () => {
  it('has of the claims those that `session.claims` names, without the profile', () => {
    const authority = authorityOf(identity, ['groups', 'plan', 'name'])
    expect(authority).toEqual({
      issuedAt,
      roles: ['admin'],
      permissions: ['projects:read'],
      scopes: ['openid'],
      claims: { groups: ['Engineering'] },
    })
  })

  it.each<[string, Partial<Identity>, number]>([
    ['the sign-in by Scalekit’s clock', { begun: { scalekit: 5, store: 7 } }, 5],
    ['the sign-in', {}, now - 5000],
  ])('is as old as %s in a session of a version before', (_what, changes, expected) => {
    expect(authorityOf(ada(changes), []).issuedAt).toBe(expected)
  })

  it('is replaced as a whole, and nothing else is', () => {
    const other: Authority = {
      issuedAt: now,
      roles: [],
      permissions: ['p'],
      scopes: [],
      claims: { plan: 'pro' },
    }
    const changed = withAuthority(identity, other)
    expect(changed).toEqual({
      ...identity,
      roles: [],
      permissions: ['p'],
      scopes: [],
      claims: { name: 'Ada Lovelace', plan: 'pro' },
      authority: { issuedAt: now },
    })
    expect(authorityOf(changed, ['plan', 'groups'])).toEqual(other)
  })

  it('has what the application named in the place of what was there', () => {
    const base = authorityOf(identity, ['groups', 'plan'])
    const answer = {
      status: 'answered',
      roles: ['editor'],
      claims: { plan: 'pro', name: 'Eve', unnamed: 1 },
    } as const
    expect(withAnswer(base, answer, ['groups', 'plan'])).toEqual({
      ...base,
      resolved: ['roles', 'claims'],
      roles: ['editor'],
      claims: { plan: 'pro' },
    })
    expect(withAnswer(base, { status: 'answered' }, ['groups', 'plan'])).toEqual(base)
  })

  it.each<[boolean, Partial<Identity>]>([
    [true, {}],
    [true, { roles: [] }],
    [true, { roles: [], permissions: [], scopes: ['openid', 'invoices'] }],
    [true, { roles: [], permissions: [], scopes: [], claims: { groups: [] } }],
    [false, { roles: [], permissions: [], scopes: ['openid', 'email', 'offline_access'] }],
    [false, { authority: { issuedAt, freshUntil: now } }],
  ])('stays for the whole session: %j of %j', (expected, changes) => {
    const plain = { ...identity, claims: { name: 'Ada Lovelace' }, ...changes }
    expect(isFixed(authorityOf(plain, ['groups']))).toBe(expected)
  })
})

describe('what onLogin returned, in a cookie of a version that kept the application’s answer', () => {
  const signedIn = ada({
    roles: ['owner'],
    authority: { issuedAt, fixed: ['roles'], resolved: ['roles'] },
  })
  const renewed: Authority = { ...authorityOf(ada(), []), roles: ['admin'] }

  it('is that beside the tokens of the sign-in', () => {
    const besideTokens: Authority = { ...renewed, roles: ['member'], fixed: ['roles'] }
    expect(withFixed(besideTokens, signedIn).roles).toEqual(['member'])
  })

  it('is unknown without those tokens, so it is nothing', () => {
    expect(withFixed(renewed, signedIn).roles).toEqual([])
  })
})

describe('at a sign-in', () => {
  it('it is what the token says, for as long as nothing renews it', async () => {
    const { authority, ...settled } = await settle()
    expect(authority).toEqual({ issuedAt })
    expect({ ...settled, authority }).toEqual(identity)
  })

  it.each<[string, Partial<Tokens>, Partial<AuthorityRules>, number | undefined]>([
    ['with a refresh token, as long as the access token', offline, {}, now + 240_000],
    [
      'with one whose access token says no end, five minutes',
      { refreshToken: 'rt_1' },
      {},
      now + 300_000,
    ],
    [
      'with `resolve`, as long as that says',
      {},
      { resolve: () => ({}), maxAgeSeconds: 60 },
      now + 60_000,
    ],
    ['with both, until the first', offline, { resolve: () => ({}) }, now + 240_000],
    [
      'with both, until the first, the other way round',
      offline,
      { resolve: () => ({}), maxAgeSeconds: 60 },
      now + 60_000,
    ],
    ['without both, for ever', { accessTokenExpiresAt: now + 240_000 }, {}, undefined],
  ])('%s it is young', async (_case, held, rules, expected) => {
    const { authority } = await settle({ tokens: tokens(held) }, rules)
    expect(authority?.freshUntil).toBe(expected)
  })

  it('it says which members onLogin answered', async () => {
    const settled = await settle({ decision: { roles: ['editor'], user: { plan: 'pro' } } })
    expect(settled).toMatchObject({ roles: ['editor'], permissions: ['projects:read'] })
    expect(settled.authority).toEqual({ issuedAt, fixed: ['roles'] })
    const both = await settle({ decision: { roles: [], permissions: ['all'] } })
    expect(both).toMatchObject({ roles: [], permissions: ['all'] })
    expect(both.authority?.fixed).toEqual(['roles', 'permissions'])
  })

  it('the application is asked about what the session keeps, and above onLogin', async () => {
    let asked: unknown
    const settled = await settle(
      { decision: { roles: ['editor'], permissions: ['edit'] } },
      {
        resolve(shown, context) {
          asked = { roles: shown.roles, ...context }
          return { roles: ['owner'] }
        },
      },
    )
    expect(asked).toEqual({ roles: ['editor'], reason: 'sign-in', accessToken: 'access' })
    expect(settled).toMatchObject({ roles: ['owner'], permissions: ['edit'] })
  })

  it('the store’s time is read before the application is asked', async () => {
    let storeTime = 1000
    const { authority } = await settle(
      { storeTime: () => storeTime },
      {
        async resolve() {
          storeTime = 2000
          return {}
        },
      },
    )
    expect(authority).toEqual({ issuedAt, askedAt: 1000, freshUntil: now + 300_000 })
  })

  it('the store’s time is not asked for without `resolve`', async () => {
    const storeTime = () => {
      throw new Error('the store is down')
    }
    expect((await settle({ storeTime })).authority).toEqual({ issuedAt })
    await expect(settle({ storeTime }, { resolve: () => ({}) })).rejects.toThrow(
      'the store is down',
    )
  })

  it('a refusal of the application refuses the sign-in, with the reason for the log', async () => {
    await expect(settle({}, { resolve: () => ({ deny: 'left' }) })).rejects.toMatchObject({
      code: 'login_denied',
      status: 403,
      message: '`authorization.resolve` refused the sign-in',
      cause: { message: 'left' },
    })
  })

  it('what it settles can be changed by no one', async () => {
    const settled = await settle({}, { resolve: () => ({ roles: ['a'], claims: { plan: {} } }) })
    for (const part of [settled, settled.roles, settled.claims.plan, settled.authority]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})

async function settle(facts: Partial<SignInFacts> = {}, rules: Partial<AuthorityRules> = {}) {
  const settled = await authorityAtSignIn(
    identity,
    { decision: {}, tokens: tokens(), now, storeTime: () => 1, ...facts },
    { resolve: undefined, maxAgeSeconds: 300, claimNames: ['groups', 'plan'], ...rules },
  )
  return settled.identity
}
