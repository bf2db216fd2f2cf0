import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/api/app.ts'
import { machineClient } from '../../examples/api/machine.ts'
import { tokensFor } from '../lib/emulator/application.ts'
import { apiOf } from '../lib/emulator/rest/api.ts'
import { runExample } from './run.ts'

const acme = 'org_69615647365005430'
const ada = 'ada@acme.example'

async function running() {
  const example = await runExample(createApp, (url) => ({
    redirectUris: [`${url}/callback`, 'http://localhost:3000/callback'],
  }))
  const call = (path: string, token: string) =>
    request(example.url).get(path).auth(token, { type: 'bearer' })
  return { ...example, call }
}

describe('examples/api', () => {
  it('serves one route to browsers and to mobile clients', async () => {
    const { emulator, visitor, call } = await running()
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const bySession = (await browser.call('/api/profile').expect(200)).body
    const { access_token } = await tokensFor(emulator)
    const byToken = (await call('/api/profile', access_token).expect(200)).body
    expect([bySession.via, byToken.via]).toEqual(['session', 'bearer'])
    expect(byToken.user.id).toBe(bySession.user.id)
  })

  it('serves another to a customer’s program', async () => {
    const { emulator, url, call } = await running()
    const api = await apiOf(emulator)
    const details = { name: 'Export', scopes: ['orders:read'] }
    const { body } = await api(`POST /organizations/${acme}/clients`, details)
    const made = body as { client: { client_id: string }; plain_secret: string }
    const clientId = made.client.client_id
    const send = machineClient({
      environmentUrl: emulator.url,
      clientId,
      clientSecret: made.plain_secret,
    })
    const answer = await send(`${url}/api/orders`)
    expect(await answer.json()).toEqual({ of: acme, by: `client ${clientId}` })
    expect((await send(`${url}/api/profile`)).status).toBe(403)
    const { access_token } = await tokensFor(emulator)
    const refused = await call('/api/orders', access_token).expect(403)
    expect(refused.headers['www-authenticate']).toContain('scope="orders:read"')
  })

  it('calls another API as the user', async () => {
    const { emulator, call } = await running()
    const { access_token } = await tokensFor(emulator)
    expect((await call('/api/reports', access_token).expect(200)).body).toEqual({ status: 200 })
  })
})
