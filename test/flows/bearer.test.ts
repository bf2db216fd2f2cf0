import request from 'supertest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type GuardDenied, memoryStore, type ScalekitAuth } from '../../src/index.ts'
import { signIn } from '../../src/testing.ts'
import { jwk } from '../hostile/provider/keys.ts'
import { idOf, postToken, tokensFor } from '../lib/emulator/application.ts'
import { apiOf, clientToken } from '../lib/emulator/rest/api.ts'
import { showPrincipal, startApplication } from '../support/application.ts'
import { secondKey, secondKid, startBearer } from '../support/bearer.ts'
import type { HostApp } from '../support/hosts.ts'
import { deliver, example, webhookSecret } from '../support/webhook.ts'

const everyKind = { accepts: ['user', 'organization-client', 'this-client'] } as const
const minute = 60_000

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth(everyKind))
  app.use('/app', showPrincipal)
  app.use('/admin', auth.requireRole('admin'))
  app.use('/admin', showPrincipal)
  app.use('/form', auth.requireSameOrigin())
  app.use('/form', showPrincipal)
}

/** An application by its own clock, and a way to call it. */
async function scene() {
  let nowMs = Date.now()
  const options = { bearer: everyKind, clock: () => nowMs, webhooks: { secret: webhookSecret } }
  const application = await startBearer(options, { mount }, () => nowMs)
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { ...application, pass, now: () => nowMs }
}

describe('access tokens that Scalekit issues', () => {
  it('of a person, of an organization’s client and of this client reach one route', async () => {
    const application = await startApplication({
      options: { bearer: everyKind },
      mount,
      seed: { redirectUris: ['http://localhost:3000/callback'] },
    })
    onTestFinished(() => application.close())
    const { emulator, url } = application
    const acme = idOf(emulator, 'acme')
    const call = (token: string) => request(url).get('/app').auth(token, { type: 'bearer' })

    const person = await tokensFor(emulator)
    expect((await call(person.access_token).expect(200)).body).toMatchObject({
      status: 'signed-in',
      via: 'bearer',
      organizationId: acme,
      roles: ['admin'],
    })
    await call(person.id_token).expect(401)

    const api = await apiOf(emulator)
    const made = await api(`POST /organizations/${acme}/clients`, {
      name: 'Export',
      scopes: ['a:b'],
    })
    const { client, plain_secret } = made.body as {
      client: { client_id: string }
      plain_secret: string
    }
    const ofClient = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: plain_secret,
    })
    const machine = await postToken(emulator, ofClient)
    expect((await call(machine.body.access_token).expect(200)).body).toMatchObject({
      status: 'machine',
      client: { id: client.client_id, kind: 'organization-client' },
      organizationId: acme,
      scopes: ['a:b'],
    })

    const own = await call(await clientToken(emulator)).expect(200)
    expect(own.body).toMatchObject({ status: 'machine', client: { kind: 'this-client' } })
    expect(own.body).not.toHaveProperty('organizationId')
    expect(emulator.requests.filter(({ path }) => path === '/keys')).toHaveLength(1)
  })

  it('are verified once, and count until they end', async () => {
    const { keys, call, pass } = await scene()
    const token = `Bearer ${await keys.personsToken()}`
    await call('/app', token).expect(200)
    pass(4 * minute)
    await call('/app', token).expect(200)
    pass(minute + 31_000)
    const { body, headers } = await call('/app', token).expect(401)
    expect(body).toMatchObject({ code: 'invalid_token', detail: 'The access token expired' })
    expect(headers['www-authenticate']).toContain('error_description="The access token expired"')
  })
})

describe('an access token that counted', () => {
  it('is refused after auth.revoke by its jti, its sub, its sid, its organization', async () => {
    const { auth, keys, call, pass } = await scene()
    const other = `Bearer ${await keys.personsToken({ claims: { sub: 'usr_eve', sid: 'ses_2', oid: 'org_2' } })}`
    const targets = [
      { tokenId: 'tkn_named' },
      { userId: 'usr_ada' },
      { userId: 'usr_ada', organizationId: 'org_1001' },
      { sid: 'ses_1' },
      { organizationId: 'org_1001' },
    ]
    for (const target of targets) {
      const claims = { jti: 'tokenId' in target ? 'tkn_named' : 'tkn_other' }
      const token = `Bearer ${await keys.personsToken({ claims })}`
      await call('/app', token).expect(200)
      await auth.revoke(target, { atScalekit: false })
      const { body } = await call('/app', token).expect(401)
      expect(body).toMatchObject({ code: 'invalid_token', detail: 'The access token was revoked' })
      await call('/app', other).expect(200)
      // A token of the minute after may be of before, by another clock. A later one is not.
      pass(minute + 1000)
    }
    await call('/app', `Bearer ${await keys.personsToken()}`).expect(200)
  })

  it('is refused on every process that shares the store', async () => {
    const store = memoryStore()
    const [one, other] = [
      await startBearer({ bearer: everyKind, store }, { mount }),
      await startBearer({ bearer: everyKind, store }, { mount }),
    ]
    const token = `Bearer ${await other.keys.personsToken({ claims: { jti: 'tkn_shared' } })}`
    await other.call('/app', token).expect(200)
    await other.auth.revoke({ tokenId: 'tkn_shared' })
    await other.call('/app', token).expect(401)
    const elsewhere = `Bearer ${await one.keys.personsToken({ claims: { jti: 'tkn_shared' } })}`
    // Another environment’s token by the same name is another one.
    await one.call('/app', elsewhere).expect(200)
  })

  it('of a machine is refused after auth.revoke by its client id', async () => {
    const { auth, keys, call } = await scene()
    const token = `Bearer ${await keys.organizationToken()}`
    await call('/app', token).expect(200)
    await auth.revoke({ userId: 'm2morg_1' })
    await call('/app', token).expect(401)
  })

  it('is refused once the person was signed out or removed at Scalekit', async () => {
    const { url, keys, call, now } = await scene()
    const occurred_at = new Date(now()).toISOString()
    const ada = `Bearer ${await keys.personsToken()}`
    const eve = `Bearer ${await keys.personsToken({ claims: { sub: 'usr_eve', sid: 'ses_2' } })}`
    await call('/app', ada).expect(200)
    const logout = example('user.logout', { user_session: { session_id: 'ses_1' } })
    await deliver(url, { event: { ...logout, occurred_at } }).expect(201)
    await call('/app', ada).expect(401)
    await call('/app', eve).expect(200)
    const removal = example('user.organization_membership_deleted', {
      organization: { id: 'org_1001' },
      user: { id: 'usr_eve' },
    })
    await deliver(url, { event: { ...removal, occurred_at } }).expect(201)
    await call('/app', eve).expect(401)
  })

  it('is refused once what its holder may do has changed, and a later one is not', async () => {
    const { url, keys, call, pass, now } = await scene()
    const token = `Bearer ${await keys.personsToken()}`
    await call('/admin', token).expect(200)
    const change = example('user.organization_membership_updated', {
      organization: { id: 'org_1001' },
      user: { id: 'usr_ada' },
    })
    const occurred_at = new Date(now()).toISOString()
    await deliver(url, { event: { ...change, occurred_at } }).expect(201)
    const { body } = await call('/admin', token).expect(401)
    expect(body.detail).toBe('What its holder may do has changed since the access token was issued')
    pass(1000)
    const renewed = `Bearer ${await keys.personsToken({ claims: { roles: [] } })}`
    expect((await call('/admin', renewed).expect(403)).body.code).toBe('role_required')
    await call('/app', renewed).expect(200)
  })

  it.each([
    ['with another token of a new key, half a minute later', 31_000, true],
    ['by itself, ten minutes later', 600_001, false],
  ])('is refused once its key was withdrawn: %s', async (_case, laterMs, hasNewKey) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { keys, call } = await startBearer({ bearer: everyKind }, { mount })
    const exp = Math.floor(Date.now() / 1000) + 3600
    const token = `Bearer ${await keys.personsToken({ claims: { exp } })}`
    await call('/app', token).expect(200)
    keys.answer(200, [jwk(secondKey.publicKey, { kid: secondKid })])
    await call('/app', token).expect(200)
    expect(keys.loads()).toBe(1)
    vi.setSystemTime(Date.now() + laterMs)
    if (hasNewKey) {
      const changes = { header: { kid: secondKid }, key: secondKey.privateKey }
      await call('/app', `Bearer ${await keys.personsToken(changes)}`).expect(200)
    }
    await call('/app', token).expect(401)
    expect(keys.loads()).toBe(2)
  })

  it('waits half a second, and not five, while the keys are not answered', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { keys, call } = await startBearer({ bearer: everyKind }, { mount })
    const exp = Math.floor(Date.now() / 1000) + 3600
    const token = `Bearer ${await keys.personsToken({ claims: { exp } })}`
    await call('/app', token).expect(200)
    keys.hang()
    vi.setSystemTime(Date.now() + 600_001)
    const beganAt = performance.now()
    await call('/app', token).expect(200)
    await call('/app', token).expect(200)
    expect(performance.now() - beganAt).toBeLessThan(4000)
    expect(keys.loads()).toBe(2)
  })

  it('goes on while the keys cannot be loaded any more', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { keys, call } = await startBearer({ bearer: everyKind }, { mount })
    const exp = Math.floor(Date.now() / 1000) + 3600
    const token = `Bearer ${await keys.personsToken({ claims: { exp } })}`
    await call('/app', token).expect(200)
    keys.answer(503)
    vi.setSystemTime(Date.now() + 600_001)
    await call('/app', token).expect(200)
    await call('/app', token).expect(200)
    expect(keys.loads()).toBe(2)
  })
})

describe('a request with an access token', () => {
  it('passes requireSameOrigin where the token counts', async () => {
    const { url, keys } = await scene()
    const post = (authorization: string) => request(url).post('/form').set({ authorization })
    await post(`Bearer ${await keys.personsToken()}`).expect(200)
    await request(url).post('/form').expect(403)
    expect((await post('Bearer x').expect(401)).body.code).toBe('invalid_token')
  })

  it('sees itself at /me and /organizations, without what pages need', async () => {
    const { keys, call } = await startBearer({
      organizations: { of: () => [{ id: 'org_1001', displayName: 'Acme' }] },
    })
    const token = `Bearer ${await keys.personsToken()}`
    const { body } = await call('/me', token).expect(200)
    expect(body).toMatchObject({ status: 'signed-in', user: { id: 'usr_ada' }, roles: ['admin'] })
    for (const name of ['csrfToken', 'loginUrl', 'logoutUrl']) expect(body).not.toHaveProperty(name)
    expect((await call('/organizations', token).expect(200)).body.current).toBe('org_1001')
    expect((await call('/me', 'Bearer x').expect(401)).body.code).toBe('invalid_token')
    expect((await call('/me').expect(200)).body.status).toBe('signed-out')
  })

  it('ends no session at /logout, although its cookie is beside it', async () => {
    const { url, app, auth, keys, call } = await scene()
    const { cookie } = await signIn(auth, { email: 'ada@acme.example' }, { app })
    const token = `Bearer ${await keys.personsToken()}`
    const headers = { authorization: token, cookie, 'sec-fetch-site': 'same-origin' }
    const { body } = await request(url).post('/logout').set(headers).expect(403)
    expect(body.code).toBe('session_required')
    expect((await call('/app', undefined, { cookie }).expect(200)).body.via).toBe('session')
  })

  it('is told to an audit log by its token, and not by the cookie beside it', async () => {
    const { app, auth, keys, call } = await scene()
    const denied: GuardDenied[] = []
    auth.on('guard.denied', (event) => denied.push(event))
    const { cookie } = await signIn(auth, { email: 'ada@acme.example' }, { app })
    await call('/admin', `Bearer ${await keys.organizationToken()}`, { cookie }).expect(403)
    await call('/admin', 'Bearer x', { cookie }).expect(401)
    await call('/admin', `Bearer ${await keys.personsToken({ claims: { roles: [] } })}`).expect(403)
    expect(denied).toMatchObject([
      {
        via: 'bearer',
        code: 'machine_not_accepted',
        clientId: 'm2morg_1',
        organizationId: 'org_1001',
      },
      { via: 'bearer', code: 'invalid_token', reason: 'token-invalid' },
      { via: 'bearer', code: 'role_required', userId: 'usr_ada', tokenId: expect.any(String) },
    ])
    expect(denied[0]).not.toHaveProperty('userId')
    expect(denied[1]).not.toHaveProperty('userId')
  })
})
