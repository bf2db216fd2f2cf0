import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../../../src/testing.ts'
import { tokensFor } from '../application.ts'

const ada = 'ada@acme.example'
const grace = 'grace@acme.example'
const [acme, globex] = ['org_69615647365005430', 'org_70087756662964366']
const now = Date.UTC(2026, 0, 2, 3, 4, 5)

let emulator: Emulator

beforeEach(() => emulate())
afterEach(() => emulator.close())

async function emulate(seed: EmulatorSeed = {}) {
  await emulator?.close()
  emulator = await startEmulator({ clock: () => now, ...seed })
}

function claimsIn(url: string) {
  return decodeJwt(new URL(url).searchParams.get('idp_initiated_login')!)
}

describe('idpInitiatedLogin', () => {
  it('leads to the application with a token that names organization, connection and person', async () => {
    const url = await emulator.idpInitiatedLogin(ada)
    expect(url).toMatch(/^http:\/\/localhost:3000\/login\?idp_initiated_login=[\w.-]+$/)
    expect(claimsIn(url)).toEqual({
      organization_id: acme,
      connection_id: 'conn_69615647365005431',
      login_hint: ada,
      iss: emulator.url,
      iat: now / 1000,
      nbf: now / 1000,
      exp: now / 1000 + 300,
    })
  })

  it('carries the relay state it is given, in the token only', async () => {
    const url = await emulator.idpInitiatedLogin(ada, { relayState: '/deep' })
    expect(claimsIn(url).relay_state).toBe('/deep')
    expect([...new URL(url).searchParams.keys()]).toEqual(['idp_initiated_login'])
  })

  it('takes the organization it is told, of several', async () => {
    expect(claimsIn(await emulator.idpInitiatedLogin(grace)).organization_id).toBe(acme)
    const url = await emulator.idpInitiatedLogin(grace, { organizationId: globex })
    expect(claimsIn(url).organization_id).toBe(globex)
  })

  it('leads to `login` beside the redirect URI, or where the seed says', async () => {
    await emulate({ redirectUris: ['https://app.example/auth/callback'] })
    expect(await emulator.idpInitiatedLogin(ada)).toMatch(/^https:\/\/app\.example\/auth\/login\?/)
    await emulate({ initiateLoginUri: 'https://app.example/start?from=idp' })
    expect(await emulator.idpInitiatedLogin(ada)).toMatch(
      /^https:\/\/app\.example\/start\?from=idp&idp_initiated_login=/,
    )
  })

  it('refuses whom no usable connection knows', async () => {
    await expect(emulator.idpInitiatedLogin('x@y.example')).rejects.toThrow('x@y.example')
    await expect(emulator.idpInitiatedLogin(ada, { organizationId: globex })).rejects.toThrow()
    const people = [{ email: ada, name: 'Ada Lovelace' }]
    for (const connection of [null, { enabled: false }, { status: 'DRAFT' }] as const) {
      await emulate({ organizations: [{ displayName: 'Acme', connection, people }] })
      await expect(emulator.idpInitiatedLogin(ada)).rejects.toThrow(ada)
    }
  })

  it('has the claims that a fault says', async () => {
    emulator.fail({ idpLogin: { iss: 'https://evil.example', login_hint: null } })
    const claims = claimsIn(await emulator.idpInitiatedLogin(ada))
    expect(claims.iss).toBe('https://evil.example')
    expect(claims).not.toHaveProperty('login_hint')
  })

  it('does not use up a fault meant for another token', async () => {
    emulator.fail({ idToken: { nonce: 'other' } })
    await emulator.idpInitiatedLogin(ada)
    expect(decodeJwt((await tokensFor(emulator)).id_token).nonce).toBe('other')
  })
})

describe('the home page', () => {
  it('has a link for each person, which leads to the application', async () => {
    const page = await (await fetch(emulator.url)).text()
    const links = [...page.matchAll(/<a href="([^"]+)" title/g)].map(([, href]) =>
      href!.replaceAll('&amp;', '&'),
    )
    expect(links).toHaveLength(9)
    const targets: unknown[] = []
    for (const link of links) {
      const answer = await fetch(emulator.url + link, { redirect: 'manual' })
      expect(answer.status).toBe(302)
      const { login_hint, organization_id } = claimsIn(answer.headers.get('location')!)
      targets.push([login_hint, organization_id])
    }
    expect(targets).toContainEqual([grace, acme])
    expect(targets).toContainEqual([grace, globex])
  })

  it('has none where there is no usable connection', async () => {
    const people = [{ email: ada, name: 'Ada Lovelace' }]
    await emulate({ organizations: [{ displayName: 'Acme', connection: null, people }] })
    expect(await (await fetch(emulator.url)).text()).not.toContain('IdP-initiated')
  })

  it('says so when somebody is nobody’s', async () => {
    const answer = await fetch(`${emulator.url}/emulator/idp-initiated?email=<b>`)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('&lt;b&gt;')
  })
})
