import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import { claimsFor, idOf, tokensFor } from '../application.ts'

const now = 1_800_000_000

let fullStack: Emulator
let modular: Emulator
beforeAll(async () => {
  const clock = () => now * 1000 + 999
  fullStack = await startEmulator({ clock })
  modular = await startEmulator({ clock, product: 'sso' })
})
afterAll(() => Promise.all([fullStack.close(), modular.close()]))

describe('an ID token', () => {
  it('of full-stack mode has these claims and no other', async () => {
    const { idToken } = await claimsFor(fullStack)
    const { clientId } = fullStack.options
    expect(idToken).toEqual({
      iss: fullStack.url,
      sub: expect.stringMatching(/^usr_\d{18}$/),
      aud: [clientId],
      azp: clientId,
      client_id: clientId,
      iat: now,
      exp: now + 1_800,
      at_hash: expect.stringMatching(/^[\w-]{22}$/),
      c_hash: expect.stringMatching(/^[\w-]{22}$/),
      nonce: 'the-nonce',
      amr: ['conn_69615647365005431'],
      sid: expect.stringMatching(/^ses_\d{18}$/),
      oid: 'org_69615647365005430',
      xoid: 'acme',
      email: 'ada@acme.example',
      email_verified: true,
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
    })
  })

  it('of sso mode has a subject of connection and user, and a user name', async () => {
    const { idToken } = await claimsFor(modular)
    expect(idToken).toMatchObject({
      sub: expect.stringMatching(/^conn_69615647365005431;00u\d{18}$/),
      oid: 'org_69615647365005430',
      amr: ['conn_69615647365005431'],
      sid: expect.stringMatching(/^ses_\d{18}$/),
      preferred_username: 'ada@acme.example',
      exp: now + 3_900,
    })
  })

  it('is signed with RS256 by the key it names', async () => {
    const { id_token } = await tokensFor(fullStack)
    expect(decodeProtectedHeader(id_token)).toEqual({
      alg: 'RS256',
      kid: expect.stringMatching(/^snk_\d{18}$/),
      typ: 'JWT',
    })
  })

  it('has the hashes of the access token and the code it came with', async () => {
    // OpenID Connect Core, appendix A.4, so that this test's own hash is known to be right.
    expect(await halfHash('Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk')).toBe(
      'LDktKdoQak3Pk0cnXxCltA',
    )

    const tokens = await tokensFor(fullStack)
    const { at_hash, c_hash } = JSON.parse(atob(tokens.id_token.split('.')[1]!))
    expect(at_hash).toBe(await halfHash(tokens.access_token))
    expect(c_hash).toBe(await halfHash(tokens.code))
  })

  it('has no nonce when none was sent', async () => {
    const { idToken } = await claimsFor(fullStack, { nonce: undefined })
    expect(idToken).not.toHaveProperty('nonce')
  })

  it('says of a person what the scopes allow', async () => {
    const { idToken } = await claimsFor(fullStack, { scope: 'openid' })
    for (const claim of ['email', 'email_verified', 'name', 'given_name']) {
      expect(idToken).not.toHaveProperty(claim)
    }
  })

  it('has the claims and the verified state of the seed', async () => {
    const emulator = await startEmulator({
      organizations: [
        {
          externalId: 'acme',
          displayName: 'Acme',
          people: [
            {
              email: 'ada@acme.example',
              name: 'Ada',
              emailVerified: false,
              claims: { department: 'R&D', locale: 'en-GB' },
            },
          ],
        },
      ],
    })
    expect((await claimsFor(emulator)).idToken).toMatchObject({
      email_verified: false,
      department: 'R&D',
      locale: 'en-GB',
    })
    await emulator.close()
  })
})

describe('an access token', () => {
  it('of full-stack mode has organization, session, roles, permissions and scope', async () => {
    const { idToken, accessToken } = await claimsFor(fullStack)
    const { clientId } = fullStack.options
    expect(accessToken).toEqual({
      iss: fullStack.url,
      sub: idToken.sub,
      aud: [clientId],
      client_id: clientId,
      iat: now,
      nbf: now,
      exp: now + 300,
      jti: expect.stringMatching(/^tkn_\d{18}$/),
      oid: 'org_69615647365005430',
      xoid: 'acme',
      sid: idToken.sid,
      roles: ['admin'],
      permissions: ['projects:read', 'projects:write', 'members:invite'],
      scope: 'openid email profile',
    })
  })

  it('of sso mode has none of these', async () => {
    const { idToken, accessToken } = await claimsFor(modular)
    const { clientId } = modular.options
    expect(accessToken).toEqual({
      iss: modular.url,
      sub: idToken.sub,
      aud: [clientId],
      client_id: clientId,
      iat: now,
      nbf: now,
      exp: now + 900,
      jti: expect.stringMatching(/^tkn_\d{18}$/),
      xoid: 'acme',
    })
  })

  it("has the application's id of a person as xuid", async () => {
    const emulator = await startEmulator({
      organizations: [
        {
          externalId: 'acme',
          displayName: 'Acme',
          people: [{ email: 'ada@acme.example', name: 'Ada', externalId: 'user-1' }],
        },
      ],
    })
    expect((await claimsFor(emulator)).accessToken.xuid).toBe('user-1')
    await emulator.close()
  })
})

describe('a person', () => {
  it('is one user with other roles in another organization', async () => {
    const acme = await claimsFor(fullStack, {}, 'grace@acme.example')
    const atGlobex = { organization_id: idOf(fullStack, 'globex') }
    const globex = await claimsFor(fullStack, atGlobex, 'grace@acme.example')
    expect(globex.idToken.sub).toBe(acme.idToken.sub)
    expect(globex.idToken.oid).not.toBe(acme.idToken.oid)
    expect([acme.accessToken.roles, globex.accessToken.roles]).toEqual([['member'], ['advisor']])
  })

  it('is another subject at every connection in sso mode', async () => {
    const acme = await claimsFor(modular, {}, 'grace@acme.example')
    const atGlobex = { organization_id: idOf(modular, 'globex') }
    const globex = await claimsFor(modular, atGlobex, 'grace@acme.example')
    expect(globex.idToken.sub).not.toBe(acme.idToken.sub)
  })

  it('of a social provider is in the organization of the email address', async () => {
    const google = { organization_id: undefined, provider: 'google' }
    const { idToken, accessToken } = await claimsFor(fullStack, google)
    expect(idToken.oid).toBe('org_69615647365005430')
    expect(idToken.amr).not.toEqual(['conn_69615647365005431'])
    expect(accessToken.roles).toEqual(['admin'])
  })

  it('of a social provider without a membership is in no organization', async () => {
    const google = { organization_id: undefined, provider: 'google' }
    const { idToken, accessToken } = await claimsFor(fullStack, google, 'sam@mail.example')
    for (const claims of [idToken, accessToken]) {
      expect(claims).not.toHaveProperty('oid')
      expect(claims).not.toHaveProperty('xoid')
    }
    expect(accessToken).toMatchObject({ roles: [], permissions: [] })
  })
})

describe('lifetimes', () => {
  it('are those of the seed', async () => {
    const lifetimes = { accessTokenSeconds: 10, idTokenSeconds: 20, clientTokenSeconds: 30 }
    const emulator = await startEmulator({ lifetimes, clock: () => now * 1000 })
    const { idToken, accessToken } = await claimsFor(emulator)
    expect([accessToken.exp, idToken.exp]).toEqual([now + 10, now + 20])
    expect((await tokensFor(emulator)).expires_in).toBe(10)
    await emulator.close()
  })
})

/** OpenID Connect Core 3.1.3.6, by other means than the emulator's. */
async function halfHash(value: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value))
  const half = String.fromCharCode(...new Uint8Array(hash).slice(0, 16))
  return btoa(half).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
