import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/management/by-hand.ts'
import { organizationOf, report } from '../../examples/management/customers.ts'
import { Scalekit } from '../../src/client.ts'
import type { Emulator } from '../../src/testing.ts'
import { emulate } from '../lib/emulator/emulate.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { runExample } from './run.ts'

const initech = { id: 'initech', name: 'Initech' }

function clientOf({ options: { environmentUrl, clientId, clientSecret } }: Emulator): Scalekit {
  return new Scalekit(environmentUrl, clientId, clientSecret)
}

describe('examples/management/customers.ts', () => {
  it('creates the organization of a customer once', async () => {
    const emulator = await emulate()
    const scalekit = clientOf(emulator)
    const created = await organizationOf(scalekit, initech)
    expect(created).toMatchObject({ displayName: 'Initech', externalId: 'initech' })
    expect(await organizationOf(scalekit, initech)).toEqual(created)
    expect(emulator.organizations.map(({ externalId }) => externalId)).toEqual([
      'acme',
      'globex',
      'initech',
    ])
  })

  it('finds the organization that another process has just created', async () => {
    const emulator = await emulate()
    const both = [clientOf(emulator), clientOf(emulator)]
    const [one, other] = await Promise.all(both.map((each) => organizationOf(each, initech)))
    expect(one).toEqual(other)
    expect(emulator.organizations).toHaveLength(3)
  })

  it('passes on every other failure', async () => {
    const emulator = await emulate()
    emulator.fail({ path: '/api/v1/organizations:external/initech', status: 403 })
    const refused = organizationOf(clientOf(emulator), initech)
    await expect(refused).rejects.toMatchObject({ code: 'api_permission_denied' })
  })

  it('reports how each customer signs in', async () => {
    const scalekit = clientOf(await emulate())
    await organizationOf(scalekit, initech)
    const lines: string[] = []
    for await (const line of report(scalekit)) lines.push(line)
    expect(lines).toEqual([
      'Acme: OKTA, 5 people',
      'Globex: MICROSOFT_AD, 4 people',
      'Initech: no single sign-on, 0 people',
    ])
  })
})

describe('examples/management/by-hand.ts', () => {
  const acme = '/login?organization_id=org_69615647365005430'

  const running = () =>
    runExample(({ baseUrl }, emulator) =>
      createApp(clientOf(emulator), baseUrl, 'a secret of this test'),
    )

  it('signs in with state, nonce and PKCE of its own', async () => {
    const { visitor } = await running()
    const browser = visitor()
    const authorize = await browser.begin(acme)
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(authorize.searchParams.get(name)).toMatch(/^[\w-]{43}$/)
    }
    const before = browser.cookie('connect.sid')
    const callback = await signInAt(authorize.href, 'ada@acme.example')
    await browser.open(callback).expect(302)
    expect(browser.cookie('connect.sid')).not.toBe(before)
    const { text } = await browser.open('/').expect(200)
    expect(text).toBe('Hello Ada Lovelace of org_69615647365005430')
    await browser.open(callback).expect(400)
  })

  it('redeems no code of a sign-in that another browser began', async () => {
    const { emulator, visitor } = await running()
    const [browser, other] = [visitor(), visitor()]
    const callback = await signInAt((await browser.begin(acme)).href, 'ada@acme.example')
    await other.open(callback).expect(400)
    await other.begin(acme)
    await other.open(callback).expect(400)
    await other.open('/').expect(401)
    expect(emulator.requests.map(({ path }) => path)).not.toContain('/oauth/token')
  })

  it('refuses a user whom the identity provider refuses, and begins again', async () => {
    const { visitor } = await running()
    const browser = visitor()
    const { href } = await browser.begin(acme)
    await browser.open(await signInAt(href, 'charles@acme.example')).expect(403)
    await browser.open(await signInAt(href, 'ada@acme.example')).expect(400)
    await browser.signIn(acme, 'ada@acme.example')
    await browser.open('/').expect(200)
  })
})
