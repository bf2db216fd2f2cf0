import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
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

/** Scalekit's token endpoint and an API, which takes the tokens that were not revoked. */
async function machinesWorld() {
  let issued = 0
  let isDown = false
  const revoked = new Set<string>()
  const server = createServer((req, res) => {
    if (req.url === '/oauth/token') {
      issued += isDown ? 0 : 1
      res.statusCode = isDown ? 503 : 200
      res.end(JSON.stringify({ access_token: `token_${issued}` }))
      return
    }
    const token = req.headers.authorization?.slice('Bearer '.length) ?? ''
    res.statusCode = revoked.has(token) ? 401 : 200
    if (revoked.has(token)) res.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"')
    res.end(token)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const send = machineClient({ environmentUrl: url, clientId: 'm2morg_1', clientSecret: 'x' })
  return {
    call: () => send(`${url}/api`),
    revoke: (token: string) => void revoked.add(token),
    issued: () => issued,
    setDown(down: boolean) {
      isDown = down
    },
  }
}

describe('examples/api/machine.ts', () => {
  it('asks for a token again after Scalekit was down', async () => {
    const { call, setDown } = await machinesWorld()
    setDown(true)
    await expect(call()).rejects.toThrow('Scalekit answered 503')
    setDown(false)
    expect((await call()).status).toBe(200)
  })

  it('renews a token once for all calls that it was refused in', async () => {
    const { call, revoke, issued } = await machinesWorld()
    await call()
    revoke('token_1')
    const answers = await Promise.all([call(), call(), call()])
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(
      Array.from({ length: 3 }, () => 'token_2'),
    )
    expect(issued()).toBe(2)
  })

  it('hands a second refusal on', async () => {
    const { call, revoke, issued } = await machinesWorld()
    revoke('token_1')
    revoke('token_2')
    expect((await call()).status).toBe(401)
    expect(issued()).toBe(2)
  })
})
