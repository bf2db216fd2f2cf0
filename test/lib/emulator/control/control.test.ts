import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  codeFor,
  postToken,
  redirectOf,
  refreshParams,
  tokenParams,
  tokensFor,
} from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'
import { acmeDirectory, acmeId, ask, globexId } from './control.ts'

describe('health', () => {
  it('is 200 with the address of the emulator', async () => {
    const emulator = await emulate()
    const answer = await ask(emulator, 'GET /health')
    expect(answer).toMatchObject({ status: 200, body: { status: 'ok', url: emulator.url } })
  })
})

describe('requests', () => {
  it('are listed with their responses, without those that control the emulator, and forgotten', async () => {
    const emulator = await emulate()
    await redirectOf(`${emulator.url}/oauth/authorize?prompt=none&prompt=login`)
    await postToken(emulator, tokenParams(emulator, 'no-code'))
    const { body } = await ask(emulator, 'GET /requests')
    expect(body).toMatchObject([
      {
        method: 'GET',
        path: '/oauth/authorize',
        query: { prompt: ['none', 'login'] },
        status: 400,
      },
      { method: 'POST', path: '/oauth/token', form: { code: 'no-code' }, status: 400 },
    ])
    expect((await ask(emulator, 'DELETE /requests')).status).toBe(204)
    expect((await ask(emulator, 'GET /requests')).body).toEqual([])
    expect(emulator.requests).toEqual([])
  })
})

describe('faults', () => {
  it('are added, listed with what is left, and removed', async () => {
    const emulator = await emulate()
    const rule = { path: '/keys', status: 503, times: 2 }
    const { status, body } = await ask(emulator, 'POST /faults', rule)
    expect([status, body]).toEqual([201, { id: expect.stringMatching(/^flt_\d+$/), ...rule }])
    expect((await fetch(`${emulator.url}/keys`)).status).toBe(503)
    expect((await ask(emulator, 'GET /faults')).body).toEqual([{ ...body, times: 1 }])
    expect((await ask(emulator, `DELETE /faults/${body.id}`)).status).toBe(204)
    expect((await fetch(`${emulator.url}/keys`)).status).toBe(200)
    expect(emulator.faults).toEqual([])
  })

  it('last until they are removed, if they are told to', async () => {
    const emulator = await emulate()
    await ask(emulator, 'POST /faults', { path: '/keys', status: 500, times: 'always' })
    for (let call = 0; call < 3; call += 1) {
      expect((await fetch(`${emulator.url}/keys`)).status).toBe(500)
    }
    expect((await ask(emulator, 'GET /faults')).body).toMatchObject([{ times: 'always' }])
    await ask(emulator, 'DELETE /faults')
    expect((await fetch(`${emulator.url}/keys`)).status).toBe(200)
  })
})

describe('a lost answer', () => {
  it('is a fault of one grant type over HTTP, too, and recorded without the token', async () => {
    const emulator = await emulate()
    const { refresh_token } = await tokensFor(emulator, { scope: 'openid offline_access' })
    const rule = { path: '/oauth/token', grantType: 'refresh_token', answerLost: true }
    const { status, body } = await ask(emulator, 'POST /faults', rule)
    expect([status, body]).toMatchObject([201, { ...rule, times: 1 }])
    const refused = postToken(emulator, refreshParams(emulator, refresh_token))
    await expect(refused).rejects.toThrow('fetch failed')
    const hanging = await ask(emulator, 'POST /faults', { ...rule, hang: true })
    expect(hanging.status).toBe(201)
    const { body: requests } = await ask(emulator, 'GET /requests')
    expect(requests.at(-1)).toMatchObject({
      grantType: 'refresh_token',
      tokenHash: expect.stringMatching(/^[\w-]{43}$/),
      lostStatus: 200,
    })
  })
})

describe('the clock', () => {
  it('is moved, and tells its time', async () => {
    const emulator = await emulate({ clock: () => 1_000 })
    expect((await ask(emulator, 'GET /clock')).body.now).toBe('1970-01-01T00:00:01.000Z')
    const { body } = await ask(emulator, 'POST /clock/advance', { seconds: 59 })
    expect(body).toEqual({ now: '1970-01-01T00:01:00.000Z', host: '1970-01-01T00:00:01.000Z' })
    expect(emulator.now()).toBe(60_000)
  })
})

describe('keys', () => {
  it.each([
    [{}, 2],
    [{ overlap: false }, 1],
  ])('are rotated: %j', async (options, count) => {
    const emulator = await emulate()
    const kids = async () => {
      const { keys } = (await (await fetch(`${emulator.url}/keys`)).json()) as {
        keys: { kid: string }[]
      }
      return keys.map(({ kid }) => kid)
    }
    const [before] = await kids()
    expect((await ask(emulator, 'POST /keys/rotate', options)).status).toBe(204)
    const after = await kids()
    expect(after).toHaveLength(count)
    expect(after[0]).not.toBe(before)
  })
})

describe('people', () => {
  it('are listed, of one organization or of all', async () => {
    const emulator = await emulate()
    expect((await ask(emulator, 'GET /people')).body).toHaveLength(9)
    const { body } = await ask(emulator, 'GET /people?organizationId=globex')
    expect(body).toHaveLength(4)
    expect(body[0]).toMatchObject({ email: 'katherine@globex.example', organizationId: globexId })
  })

  it('are added to an organization and its directory, and can sign in', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const { status, body } = await ask(emulator, 'POST /people', {
      organizationId: 'acme',
      email: 'joan@acme.example',
      name: 'Joan Clarke',
      id: 'usr_1',
      externalId: 'joan',
      roles: ['analyst'],
      permissions: ['ciphers:read'],
      groups: ['Engineering', 'Hut 8'],
    })
    expect([status, body]).toMatchObject([201, { id: 'usr_1', organizationId: acmeId }])
    const { access_token } = await tokensFor(emulator, {}, 'joan@acme.example')
    expect(decodeJwt(access_token)).toMatchObject({
      sub: 'usr_1',
      xuid: 'joan',
      roles: ['analyst'],
      permissions: ['ciphers:read'],
    })
    await emulator.settled()
    expect(receiver.types()).toContain('organization.directory.user_created')
    const { users, groups } = emulator.directory(acmeDirectory)
    const user = users.find(({ email }) => email === 'joan@acme.example')!
    const named = groups.filter(({ members }) => members.includes(user.id))
    expect(named.map(({ displayName }) => displayName)).toEqual(['Engineering', 'Hut 8'])
  })

  it('are added where there is no directory', async () => {
    const emulator = await emulate({ organizations: [{ displayName: 'Initech', directory: null }] })
    const [{ id } = { id: '' }] = emulator.organizations
    await ask(emulator, 'POST /people', { organizationId: id, email: 'b@b.example', name: 'Bill' })
    expect(emulator.people()).toMatchObject([{ email: 'b@b.example', roles: ['member'] }])
    await ask(emulator, 'POST /people/b@b.example/deactivate')
    expect(emulator.people()).toMatchObject([{ refusal: 'user_not_active' }])
    await ask(emulator, 'DELETE /people/b@b.example')
    expect(emulator.people()).toEqual([])
  })

  it('are changed: the next tokens say so, and events are sent', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const changes = { name: 'Ada King', roles: ['owner'], permissions: [], claims: { team: 'x' } }
    const { body } = await ask(emulator, 'PATCH /people/ada@acme.example', changes)
    expect(body).toMatchObject([{ ...changes, givenName: 'Ada', familyName: 'King' }])
    const { access_token, id_token } = await tokensFor(emulator)
    expect(decodeJwt(access_token)).toMatchObject({ roles: ['owner'], permissions: [] })
    expect(decodeJwt(id_token)).toMatchObject({ team: 'x', name: 'Ada King' })
    await emulator.settled()
    expect(receiver.types()).toEqual([
      'organization.directory.user_updated',
      'user.organization_membership_updated',
      'user.login',
    ])
  })

  it('are deactivated and activated, wherever they are or in one organization', async () => {
    const emulator = await emulate()
    const refusals = () =>
      emulator
        .people()
        .filter(({ email }) => email === 'grace@acme.example')
        .map(({ refusal }) => refusal)
    await ask(emulator, 'POST /people/grace@acme.example/deactivate')
    expect(refusals()).toEqual(['user_not_active', 'user_not_active'])
    await ask(emulator, 'POST /people/grace@acme.example/activate?organizationId=globex')
    expect(refusals()).toEqual(['user_not_active', undefined])
    const { body } = await ask(emulator, 'POST /sign-ins', { email: 'grace@acme.example' })
    expect(body).toMatchObject({ error: 'user_not_active' })
  })

  it('who are refused for another reason stay so when they are activated', async () => {
    const emulator = await emulate()
    await ask(emulator, 'POST /people/charles@acme.example/activate')
    const { body } = await ask(emulator, 'POST /sign-ins', { email: 'charles@acme.example' })
    expect(body).toMatchObject({ error: 'access_denied' })
  })

  it('are removed from their directory, too', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    expect((await ask(emulator, 'DELETE /people/alan@acme.example')).status).toBe(204)
    await emulator.settled()
    expect(receiver.types()).toEqual(['organization.directory.user_deleted'])
    expect((await ask(emulator, 'POST /sign-ins', { email: 'alan@acme.example' })).status).toBe(404)
  })
})

describe('organizations', () => {
  it('are added, found, changed and removed, with their events', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const people = [{ email: 'bill@initech.example', name: 'Bill Lumbergh' }]
    const seed = { displayName: 'Initech', domains: ['initech.example'], people }
    const { status, body } = await ask(emulator, 'POST /organizations', seed)
    expect([status, body]).toMatchObject([201, { displayName: 'Initech', people }])
    const changes = {
      displayName: 'Initrode',
      externalId: 'initrode',
      connection: { enabled: false },
    }
    await ask(emulator, `PATCH /organizations/${body.id}`, changes)
    const changed = await ask(emulator, 'GET /organizations/initrode')
    expect(changed.body).toMatchObject(changes)
    const signIn = await ask(emulator, 'POST /sign-ins', { email: 'bill@initech.example' })
    expect(signIn.body.error).toBe('no_active_connections')
    await ask(emulator, 'PATCH /organizations/initrode', { externalId: null })
    await ask(emulator, `DELETE /organizations/${body.id}`)
    expect((await ask(emulator, 'GET /organizations')).body).toHaveLength(2)
    await emulator.settled()
    expect(receiver.types()).toEqual([
      'organization.created',
      'organization.sso_disabled',
      'organization.updated',
      'organization.updated',
      'organization.deleted',
    ])
  })
})

describe('directories', () => {
  it('are listed, disabled and enabled', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    await ask(emulator, `POST /directories/${acmeDirectory}/disable`)
    expect((await ask(emulator, 'GET /directories')).body).toMatchObject([
      { id: acmeDirectory, organizationId: acmeId, enabled: false },
      { organizationId: globexId, enabled: true },
    ])
    await ask(emulator, 'POST /people/ada@acme.example/deactivate')
    await ask(emulator, `POST /directories/${acmeDirectory}/enable`)
    await emulator.settled()
    expect(receiver.types()).toEqual([
      'organization.directory_disabled',
      'organization.directory_enabled',
      'organization.directory.user_updated',
    ])
  })
})

describe('sessions', () => {
  it('are listed and ended', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    await codeFor(emulator)
    const { body } = await ask(emulator, 'GET /sessions')
    expect(body).toMatchObject([
      { email: 'ada@acme.example', organizationId: acmeId, isOver: false },
    ])
    expect((await ask(emulator, `DELETE /sessions/${body[0].id}`)).status).toBe(204)
    expect(emulator.sessions).toMatchObject([{ id: body[0].id, isOver: true }])
    await emulator.settled()
    expect(receiver.types()).toEqual(['user.login', 'user.logout'])
  })
})

describe('subscriptions and deliveries', () => {
  it('are listed with attempts and responses, and ended', async () => {
    const { emulator, receiver } = await emulateWithReceiver({}, [503, 201])
    const type = 'organization.directory.group_created'
    const first = await ask(emulator, 'POST /deliveries', { type })
    expect(first).toMatchObject({
      status: 201,
      body: [{ type, url: receiver.url, state: 'waiting', attempts: [{ status: 503 }] }],
    })
    emulator.advance(5)
    await emulator.settled()
    expect((await ask(emulator, 'GET /deliveries')).body).toMatchObject([
      { state: 'delivered', attempts: [{ status: 503 }, { status: 201 }], event: { type } },
    ])
    const [{ id }] = (await ask(emulator, 'GET /subscriptions')).body
    expect((await ask(emulator, `DELETE /subscriptions/${id}`)).status).toBe(204)
    expect((await ask(emulator, 'POST /deliveries', { type })).body).toEqual([])
  })

  it('are sent again with the same id, after they have ended', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const [{ id }] = (await ask(emulator, 'POST /deliveries', { type: 'user.login' })).body
    const { status, body } = await ask(emulator, `POST /deliveries/${id}/redeliver`)
    expect([status, body]).toMatchObject([
      200,
      [{ id, state: 'delivered', attempts: [{ status: 201 }, { status: 201 }] }],
    ])
    expect(receiver.received).toMatchObject([
      { id, problem: undefined },
      { id, problem: undefined },
    ])
  })

  it('are not sent again while they are on their way', async () => {
    const { emulator } = await emulateWithReceiver({}, [503])
    const [{ id }] = (await ask(emulator, 'POST /deliveries', { type: 'user.login' })).body
    const { status, body } = await ask(emulator, `POST /deliveries/${id}/redeliver`)
    expect([status, body.error]).toEqual([409, 'conflict'])
  })

  it('go where a subscription says, signed with its secret', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const events = ['user.login']
    const { status, body } = await ask(emulator, 'POST /subscriptions', {
      url: receiver.url,
      events,
    })
    expect([status, body.events]).toEqual([201, events])
    const sent = await ask(emulator, 'POST /deliveries', {
      type: 'user.login',
      faults: { tamper: 'body' },
    })
    expect(sent.body).toHaveLength(2)
    expect(receiver.received[0]!.problem).toBe('No matching signature found')
  })
})

describe('a sign-in', () => {
  it('ends at the application with a code that its verifier exchanges', async () => {
    const emulator = await emulate({ redirectUris: ['http://localhost:3000/callback'] })
    const { status, body } = await ask(emulator, 'POST /sign-ins', { email: 'ada@acme.example' })
    expect([status, body.location]).toEqual([
      201,
      `http://localhost:3000/callback?code=${body.code}`,
    ])
    const tokens = await postToken(
      emulator,
      new URLSearchParams({
        grant_type: 'authorization_code',
        code: body.code,
        code_verifier: body.codeVerifier,
        redirect_uri: 'http://localhost:3000/callback',
        client_id: emulator.options.clientId,
        client_secret: emulator.options.clientSecret,
      }),
    )
    expect(decodeJwt(tokens.body.id_token)).toMatchObject({
      email: 'ada@acme.example',
      oid: acmeId,
    })
  })

  it('finishes the request of an application, with its state, and opens a session', async () => {
    const emulator = await emulate()
    const authorizationUrl = authorizeUrl(emulator, { state: 'its-state' })
    const { body } = await ask(emulator, 'POST /sign-ins', {
      email: 'alan@acme.example',
      authorizationUrl,
    })
    expect(new URL(body.location).searchParams.get('state')).toBe('its-state')
    expect(body).not.toHaveProperty('codeVerifier')
    const silent = authorizeUrl(emulator, { prompt: 'none' })
    const { params } = await redirectOf(silent, { cookie: body.cookie })
    expect(params).toHaveProperty('code')
  })

  it('goes through the hosted page by the domain of the email address', async () => {
    const emulator = await emulate()
    const authorizationUrl = authorizeUrl(emulator, { organization_id: undefined })
    const email = 'katherine@globex.example'
    const { body } = await ask(emulator, 'POST /sign-ins', { email, authorizationUrl })
    expect(body.code).toEqual(expect.any(String))
    expect(emulator.sessions).toMatchObject([{ email, organizationId: globexId }])
  })

  it('is refused as on the page', async () => {
    const emulator = await emulate()
    const { body } = await ask(emulator, 'POST /sign-ins', { email: 'charles@acme.example' })
    expect(body).toMatchObject({
      error: 'access_denied',
      location: expect.stringContaining('error=access_denied'),
    })
  })

  it('begins at the identity provider', async () => {
    const emulator = await emulate()
    const { status, body } = await ask(emulator, 'POST /idp-initiated-logins', {
      email: 'grace@acme.example',
      organizationId: globexId,
      relayState: '/reports',
    })
    const token = new URL(body.location).searchParams.get('idp_initiated_login')!
    expect(status).toBe(201)
    expect(decodeJwt(token)).toMatchObject({ organization_id: globexId, relay_state: '/reports' })
  })
})
