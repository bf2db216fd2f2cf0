import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { EmulatorSeed, PersonSeed } from '../../../../src/testing.ts'
import { claimsFor, postToken, refreshParams, tokensFor } from '../application.ts'
import { emulate } from '../emulate.ts'

const told: Partial<PersonSeed> = {
  accessTokenClaims: { plan: 'team', iss: 'https://evil.example', sub: 'usr_1', roles: ['root'] },
  customClaims: { seats: 5 },
  metadata: { theme: 'dark' },
  membershipMetadata: { team: 'core' },
}

function seedWith(person: Partial<PersonSeed>, more: EmulatorSeed = {}): EmulatorSeed {
  const ada = { email: 'ada@acme.example', name: 'Ada Lovelace', ...person }
  const acme = {
    externalId: 'acme',
    displayName: 'Acme',
    metadata: { tier: 'gold' },
    people: [ada],
  }
  return { organizations: [acme], ...more }
}

describe('an access token', () => {
  it('has claims of the dashboard, of interceptors, and metadata, each at its place', async () => {
    const emulator = await emulate(seedWith(told))
    const { accessToken, idToken } = await claimsFor(emulator)
    expect(accessToken).toMatchObject({
      plan: 'team',
      custom_claims: { seats: 5 },
      user_metadata: { theme: 'dark' },
      membership_metadata: { team: 'core' },
      org_metadata: { tier: 'gold' },
    })
    for (const name of ['plan', 'custom_claims', 'user_metadata', 'org_metadata']) {
      expect(idToken).not.toHaveProperty(name)
    }
  })

  it('keeps its own claims, whatever the dashboard defines', async () => {
    const emulator = await emulate(seedWith(told))
    const { accessToken, idToken } = await claimsFor(emulator)
    expect(accessToken).toMatchObject({ iss: emulator.url, sub: idToken.sub, roles: ['member'] })
  })

  it('of Modular SSO has none of these', async () => {
    const emulator = await emulate(seedWith(told, { product: 'sso' }))
    const { accessToken } = await claimsFor(emulator)
    expect(Object.keys(accessToken).sort()).toEqual(
      ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'nbf', 'sub', 'xoid'].sort(),
    )
  })
})

describe('emulator.person', () => {
  it('changes what the next refresh says, and nothing of what stands', async () => {
    const emulator = await emulate(seedWith(told))
    const tokens = await tokensFor(emulator, { scope: 'openid offline_access' })
    const person = emulator.person('ada@acme.example')
    const { id } = person.current
    person.update({ roles: ['admin'], permissions: ['a:b'], customClaims: {}, claims: { x: 1 } })
    expect(person.current).toMatchObject({ id, name: 'Ada Lovelace', metadata: { theme: 'dark' } })

    const { body } = await postToken(emulator, refreshParams(emulator, tokens.refresh_token))
    const accessToken = decodeJwt(body.access_token)
    expect(accessToken).toMatchObject({
      sub: id,
      roles: ['admin'],
      permissions: ['a:b'],
      user_metadata: { theme: 'dark' },
    })
    expect(accessToken).not.toHaveProperty('custom_claims')
    expect(decodeJwt(body.id_token)).toMatchObject({ x: 1, sub: id })
  })

  it('changes a person in one organization only', async () => {
    const emulator = await emulate()
    const globex = emulator.organizations[1]!.id
    emulator.person('grace@acme.example', globex).update({ roles: ['owner'] })
    expect(emulator.person('grace@acme.example', globex).current.roles).toEqual(['owner'])
    expect(emulator.person('grace@acme.example').current.roles).toEqual(['member'])
    emulator.person('sam@mail.example').update({ name: 'Samuel Rivera' })
    expect(emulator.person('sam@mail.example').current.givenName).toBe('Samuel')
  })

  it('throws for somebody who is not there', async () => {
    const emulator = await emulate()
    const nobody = 'nobody@acme.example'
    expect(() => emulator.person(nobody)).toThrow(`There is no person ${nobody}`)
    expect(() => emulator.person('ada@acme.example', 'org_1')).toThrow(
      'There is no person ada@acme.example in org_1',
    )
  })
})

describe('the times of tokens', () => {
  const now = 1_800_000_000
  const clock = () => now * 1000

  it('are those of the moment, without auth_time', async () => {
    const { idToken, accessToken } = await claimsFor(await emulate({ clock }))
    expect([idToken.iat, accessToken.iat]).toEqual([now, now])
    expect(idToken).not.toHaveProperty('auth_time')
  })

  it('have an iat in the past where the seed says so, and the same end', async () => {
    const { idToken, accessToken } = await claimsFor(
      await emulate({ clock, backdateIatSeconds: 90 }),
    )
    expect([idToken.iat, accessToken.iat]).toEqual([now - 90, now - 90])
    expect([idToken.exp, accessToken.exp]).toEqual([now + 1800, now + 300])
    expect(accessToken.nbf).toBe(now)
  })

  it('have an auth_time where the seed says so, which a refresh keeps', async () => {
    const emulator = await emulate({ clock, sendAuthTime: true })
    const tokens = await tokensFor(emulator, { scope: 'openid offline_access' })
    emulator.advance(100)
    const { body } = await postToken(emulator, refreshParams(emulator, tokens.refresh_token))
    expect(decodeJwt(body.id_token)).toMatchObject({ auth_time: now, iat: now + 100 })
  })
})

it('Modular SSO warns of offline_access, which it does not grant', async () => {
  const emulator = await emulate({ product: 'sso' })
  const { scope } = await tokensFor(emulator, { scope: 'openid offline_access' })
  expect(scope).toBe('openid')
  expect(emulator.warnings).toMatchObject([
    {
      code: 'offline_access_unsupported',
      message: expect.stringContaining('--product full-stack'),
    },
  ])
})
