import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type EmulatedInterceptor,
  type Emulator,
  type EmulatorSeed,
  startEmulator,
  type TriggerPoint,
} from '../../../src/testing.ts'
import { type InterceptorCall, verifyInterceptor } from '../../../src/webhooks.ts'
import { browserAt, claimsOf } from '../../support/emulator-browser.ts'
import { authorizeUrl, codeFor, postToken, redirectUri } from './application.ts'
import { emulate, emulateWithReceiver } from './emulate.ts'

const acmeId = 'org_69615647365005430'
const ada = 'ada@acme.example'

/** What an endpoint answers: a body, a status with a body, or nothing. */
type Answer = object | 'hang'

/** An endpoint that verifies every call before it counts, and answers always the same. */
async function startEndpoint(secret: string, answer: Answer, status = 200) {
  const calls: InterceptorCall[] = []
  const server = createServer(async (req, res) => {
    calls.push(verifyInterceptor(await text(req), req.headers, secret))
    if (answer !== 'hang') res.writeHead(status).end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/interceptors`, calls }
}

interface Asking extends Partial<EmulatedInterceptor> {
  readonly status?: number
  readonly seed?: EmulatorSeed
}

/** An emulator that asks an endpoint at one point. */
async function asking(triggerPoint: TriggerPoint, answer: Answer, parts: Asking = {}) {
  const { status, seed, ...options } = parts
  const { emulator, receiver } = await emulateWithReceiver(seed)
  const endpoint = await startEndpoint(options.secret ?? emulator.interceptorSecret, answer, status)
  const remove = emulator.intercept({ triggerPoint, url: endpoint.url, ...options })
  return { emulator, receiver, ...endpoint, remove }
}

const allow = { decision: 'ALLOW' }
const deny = { decision: 'DENY', error: { message: 'Not on Sundays' } }
const denied = { error: 'access_denied', error_description: 'Not on Sundays', state: 'the-state' }

async function signInAsAda(emulator: Emulator) {
  const browser = browserAt(emulator)
  await browser.open(authorizeUrl(emulator))
  return browser.choose(ada)
}

function clientCredentials(emulator: Emulator) {
  const { clientId, clientSecret } = emulator.options
  return postToken(
    emulator,
    new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'openid email',
    }),
  )
}

describe('before a session', () => {
  it('is asked about the user, the organization, the connection and the request', async () => {
    const { emulator, calls } = await asking('PRE_SESSION_CREATION', allow)
    const { idToken } = await claimsOf(emulator, await signInAsAda(emulator))
    expect(calls).toEqual([
      {
        display_name: expect.any(String),
        trigger_point: 'PRE_SESSION_CREATION',
        interceptor_context: {
          environment_id: expect.stringMatching(/^env_/),
          user_id: idToken.sub,
          user_email: ada,
          organization_id: acmeId,
          connection_details: [{ id: 'conn_69615647365005431', type: 'SAML', provider: 'OKTA' }],
          auth_request: { organization_id: 'org_69615647365005430', state: 'the-state' },
          client_id: emulator.options.clientId,
          user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Test/1.0',
          device_type: 'Desktop',
          ip_address: '127.0.0.1',
          triggered_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        },
        data: {
          user: expect.objectContaining({
            id: idToken.sub,
            email: ada,
            first_name: 'Ada',
            memberships: [{ organization_id: acmeId, status: 'ACTIVE' }],
          }),
        },
      },
    ])
  })

  it('adds its claims to access tokens, also after a refresh', async () => {
    const claims = { plan: 'team', seats: 5 }
    const { emulator } = await asking('PRE_SESSION_CREATION', { ...allow, response: { claims } })
    const browser = browserAt(emulator)
    const scope = 'openid email offline_access'
    await browser.open(authorizeUrl(emulator, { scope }))
    const { params } = await browser.choose(ada)
    const { body } = await postToken(
      emulator,
      new URLSearchParams({
        grant_type: 'authorization_code',
        code: params.code!,
        redirect_uri: redirectUri,
        client_id: emulator.options.clientId,
        client_secret: emulator.options.clientSecret,
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      }),
    )
    expect(decodeJwt(body.access_token).custom_claims).toEqual(claims)
    expect(decodeJwt(body.id_token)).not.toHaveProperty('custom_claims')
    const refreshed = await postToken(
      emulator,
      new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: body.refresh_token,
        client_id: emulator.options.clientId,
        client_secret: emulator.options.clientSecret,
      }),
    )
    expect(decodeJwt(refreshed.body.access_token).custom_claims).toEqual(claims)
  })

  it('ends a sign-in that it denies, without session, code or event', async () => {
    const { emulator, receiver } = await asking('PRE_SESSION_CREATION', deny)
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator))
    expect((await browser.choose(ada)).params).toEqual(denied)
    const silently = await browser.open(authorizeUrl(emulator, { prompt: 'none' }))
    expect(silently.params.error).toBe('login_required')
    await emulator.settled()
    expect(receiver.types()).toEqual([])
  })

  it('is asked again at a switch, for the other organization', async () => {
    const { emulator, calls } = await asking('PRE_SESSION_CREATION', allow)
    const browser = browserAt(emulator)
    for (const prompt of [undefined, 'select_account']) {
      const organization_id = prompt ? 'org_70087756662964366' : acmeId
      await browser.open(authorizeUrl(emulator, { organization_id, prompt }))
      await browser.choose('grace@acme.example')
    }
    const organizations = calls.map(({ interceptor_context: context }) => context.organization_id)
    expect(organizations).toEqual([acmeId, 'org_70087756662964366'])
  })

  it('keeps an invitation open that it does not let in', async () => {
    const email = 'ivy@acme.example'
    const { emulator } = await asking('PRE_SESSION_CREATION', deny, {
      seed: {
        organizations: [
          {
            externalId: 'acme',
            displayName: 'Acme',
            people: [{ email, name: 'Ivy', membershipStatus: 'PENDING_INVITE' }],
          },
        ],
      },
    })
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator))
    expect((await browser.choose(email)).params).toEqual(denied)
    expect(emulator.organizations[0]!.people[0]!.membershipStatus).toBe('PENDING_INVITE')
  })

  it('is not asked in sso mode, which has no sessions', async () => {
    const { emulator, calls } = await asking('PRE_SESSION_CREATION', deny, {
      seed: { product: 'sso' },
    })
    expect(await codeFor(emulator)).toBeTruthy()
    expect(calls).toEqual([])
  })
})

describe('before a sign-up', () => {
  const form = { email: 'joan@startup.example', name: 'Joan Clarke', organization: 'Startup' }
  const create = { organization_id: undefined, prompt: 'create' }

  async function signUp(emulator: Emulator, email = form.email) {
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator, create))
    return browser.send({ ...form, email })
  }

  it('is asked about the address, and about the user where there is one', async () => {
    const { emulator, calls } = await asking('PRE_SIGNUP', allow)
    await signUp(emulator)
    await signUp(emulator)
    const [first, second] = calls
    expect(first).toMatchObject({ interceptor_context: { user_email: form.email }, data: {} })
    expect(first!.interceptor_context).not.toHaveProperty('user_id')
    expect(first!.data).not.toHaveProperty('user')
    expect(second).toMatchObject({
      interceptor_context: { user_id: expect.stringMatching(/^usr_/) },
      data: { user: { memberships: [{ organization_name: 'Startup', roles: ['admin'] }] } },
    })
  })

  it('leaves no user and no organization behind where it denies', async () => {
    const { emulator, receiver } = await asking('PRE_SIGNUP', deny)
    expect((await signUp(emulator)).params).toEqual(denied)
    expect(emulator.organizations.map(({ displayName }) => displayName)).toEqual(['Acme', 'Globex'])
    await emulator.settled()
    expect(receiver.types()).toEqual([])
  })

  it.each([
    ['its id', { organization_id: 'org_1' }, ['member']],
    ['its external id', { external_organization_id: 'initech', roles: ['viewer'] }, ['viewer']],
  ])('makes a member of the organization it names by %s', async (_how, membership, roles) => {
    const initech = { id: 'org_1', externalId: 'initech', displayName: 'Initech', connection: null }
    const { emulator, receiver } = await asking(
      'PRE_SIGNUP',
      { ...allow, response: { create_organization_membership: membership } },
      { seed: { organizations: [initech] } },
    )
    const { accessToken } = await claimsOf(emulator, await signUp(emulator))
    expect(accessToken).toMatchObject({ oid: 'org_1', roles })
    expect(emulator.organizations).toHaveLength(1)
    await emulator.settled()
    expect(receiver.types()).toEqual(['user.signup', 'user.login'])
  })

  it('cannot lead around the single sign-on of the organization it names', async () => {
    const response = { create_organization_membership: { external_organization_id: 'acme' } }
    const { emulator } = await asking('PRE_SIGNUP', { ...allow, response })
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator, create))
    expect((await browser.send(form)).title).toBe('Sign in to Acme')
    const { idToken } = await claimsOf(emulator, await browser.choose(form.email))
    expect(idToken).toMatchObject({ oid: acmeId, amr: ['conn_69615647365005431'] })
  })

  it('says so when the organization it names does not exist', async () => {
    const response = { create_organization_membership: { organization_id: 'org_9' } }
    const { emulator } = await asking('PRE_SIGNUP', { ...allow, response })
    expect((await signUp(emulator)).params).toMatchObject({ error: 'server_error' })
  })
})

describe('before an invitation', () => {
  it('is asked by whom and about whom, and can forbid it', async () => {
    const { emulator, receiver, calls } = await asking('PRE_USER_INVITATION', deny)
    const invitation = { organizationId: acmeId, email: 'zoe@mail.example' }
    await expect(emulator.invite(invitation)).rejects.toThrow('Not on Sundays')
    expect(calls).toEqual([
      expect.objectContaining({
        interceptor_context: expect.objectContaining({
          user_email: 'zoe@mail.example',
          organization_id: acmeId,
        }),
        data: { organization: { id: acmeId, name: 'Acme' } },
      }),
    ])
    expect(emulator.organizations[0]!.people.map(({ email }) => email)).not.toContain(
      'zoe@mail.example',
    )
    await emulator.settled()
    expect(receiver.types()).toEqual([])
  })
})

describe('an invitation by the home page', () => {
  it('says why an interceptor denied it', async () => {
    const { emulator } = await asking('PRE_USER_INVITATION', deny)
    const body = new URLSearchParams({ organization_id: acmeId, email: 'zoe@mail.example' })
    const answer = await fetch(`${emulator.url}/emulator/invitations`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    const page = await answer.text()
    for (const text of ['The invitation was not sent', 'Not on Sundays']) {
      expect(page).toContain(text)
    }
  })
})

describe('before a token of a machine', () => {
  it('is asked about its claims, and adds to them; who it is for stays', async () => {
    const claims = { scope: 'openid', aud: 'https://api.example', plan: 'team', sub: 'somebody' }
    const { emulator, calls } = await asking('PRE_M2M_TOKEN_CREATION', {
      ...allow,
      response: { claims },
    })
    const { clientId } = emulator.options
    const { body } = await clientCredentials(emulator)
    expect(decodeJwt(body.access_token)).toMatchObject({ ...claims, sub: clientId })
    expect(body.scope).toBe('openid')
    expect(calls[0]).toMatchObject({
      interceptor_context: { client_id: clientId, device_type: 'Unknown' },
      data: {
        m2m_token_claims: {
          client_id: clientId,
          claims: { custom_claims: {}, scope: 'openid email', scopes: ['openid', 'email'] },
        },
      },
    })
  })

  it('gets none where it is denied', async () => {
    const { emulator } = await asking('PRE_M2M_TOKEN_CREATION', deny)
    const { status, body } = await clientCredentials(emulator)
    expect([status, body]).toEqual([
      400,
      { error: 'access_denied', error_description: 'Not on Sundays' },
    ])
  })
})

describe.each([
  ['deny', 'DENY'],
  ['allow', 'ALLOW'],
] as const)('a failure, where it means to %s,', (onFailure, decision) => {
  it.each<[string, Answer, number, string]>([
    ['a 503', {}, 503, 'the status is 503, not 200'],
    ['a 201', allow, 201, 'the status is 201, not 200'],
    ['no decision', { decision: 'MAYBE' }, 200, 'the answer has no decision ALLOW or DENY'],
    ['silence', 'hang', 200, 'no answer within 0.05 seconds'],
  ])('decides after %s', async (_what, answer, status, failure) => {
    const timeoutSeconds = answer === 'hang' ? 0.05 : 30
    const parts = { onFailure, status, timeoutSeconds }
    const { emulator } = await asking('PRE_SESSION_CREATION', answer, parts)
    const { params } = await signInAsAda(emulator)
    expect('code' in params).toBe(decision === 'ALLOW')
    if (decision === 'DENY') {
      expect(params).toMatchObject({
        error: 'access_denied',
        error_description: 'An interceptor did not decide',
      })
    }
    expect(emulator.interceptorCalls).toMatchObject([{ decision, failure }])
  })

  it('decides when nothing listens there', async () => {
    const emulator = await emulate()
    const url = 'http://127.0.0.1:9/interceptors'
    emulator.intercept({ triggerPoint: 'PRE_SESSION_CREATION', url, onFailure })
    expect('code' in (await signInAsAda(emulator)).params).toBe(decision === 'ALLOW')
    expect(emulator.interceptorCalls[0]).not.toHaveProperty('status')
  })
})

describe('interceptors', () => {
  it('are signed with a secret of their own where they have one', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const { emulator, calls } = await asking('PRE_SESSION_CREATION', allow, { secret })
    await signInAsAda(emulator)
    expect(calls).toHaveLength(1)
  })

  it('are not asked any more once they are removed', async () => {
    const { emulator, calls, remove } = await asking('PRE_SESSION_CREATION', deny)
    remove()
    expect((await signInAsAda(emulator)).params).toHaveProperty('code')
    expect(calls).toEqual([])
  })

  it('of one point are asked in their order, until one denies', async () => {
    const { emulator, url } = await asking('PRE_SESSION_CREATION', {
      ...allow,
      response: { claims: { plan: 'team' } },
    })
    const { interceptorSecret } = emulator
    const second = await startEndpoint(interceptorSecret, deny)
    const third = await startEndpoint(interceptorSecret, allow)
    const removeSecond = emulator.intercept({
      triggerPoint: 'PRE_SESSION_CREATION',
      url: second.url,
    })
    emulator.intercept({ triggerPoint: 'PRE_SESSION_CREATION', url: third.url })
    expect((await signInAsAda(emulator)).params).toEqual(denied)
    removeSecond()
    const { accessToken } = await claimsOf(emulator, await signInAsAda(emulator))
    expect(accessToken.custom_claims).toEqual({ plan: 'team' })
    const asked = emulator.interceptorCalls.map((call) => [call.url, call.decision])
    expect(asked).toEqual([
      [url, 'ALLOW'],
      [second.url, 'DENY'],
      [url, 'ALLOW'],
      [third.url, 'ALLOW'],
    ])
  })

  it('are recorded with what was sent and what came back, the latest 200', async () => {
    const { emulator, url, calls } = await asking('PRE_M2M_TOKEN_CREATION', allow)
    await clientCredentials(emulator)
    const [first] = emulator.interceptorCalls
    expect(first).toEqual({
      id: expect.stringMatching(/^int_\d{18}$/),
      triggerPoint: 'PRE_M2M_TOKEN_CREATION',
      url,
      at: expect.any(Number),
      call: calls[0],
      status: 200,
      answer: allow,
      decision: 'ALLOW',
    })
    for (let count = 1; count < 50; count += 1) {
      emulator.intercept({ triggerPoint: 'PRE_M2M_TOKEN_CREATION', url })
    }
    for (let round = 0; round < 4; round += 1) await clientCredentials(emulator)
    expect(emulator.interceptorCalls).toHaveLength(200)
    expect(emulator.interceptorCalls).not.toContain(first)
  })

  it('are on the home page, with what was decided last', async () => {
    const { emulator, url } = await asking('PRE_SESSION_CREATION', deny)
    const home = async () => (await fetch(emulator.url)).text()
    expect(await home()).toContain('not asked yet')
    await signInAsAda(emulator)
    const page = await home()
    for (const shown of ['PRE_SESSION_CREATION', 'DENY', url]) expect(page).toContain(shown)
  })

  it('that cannot work leave no emulator behind on its port', async () => {
    const first = await startEmulator()
    const port = Number(new URL(first.url).port)
    await first.close()
    const interceptors = [{ triggerPoint: 'PRE_SIGNUP', url: 'nowhere' }] as const
    await expect(startEmulator({ port, interceptors })).rejects.toThrow('must be absolute')
    expect((await emulate({ port })).url).toBe(first.url)
  })

  it.each<[string, object, RegExp]>([
    ['the point', { triggerPoint: 'PRE_LUNCH' }, /must be one of PRE_SIGNUP, .*, not PRE_LUNCH/],
    ['the URL', { url: '/interceptors' }, /must be absolute, not \/interceptors/],
    ['the secret', { secret: 'whsec_short' }, /`secret` must/],
    ['the failure', { onFailure: 'open' }, /`onFailure` .* must be "allow" or "deny"/],
    ['no time', { timeoutSeconds: 0 }, /`timeoutSeconds` .* must be more than 0 and at most 60/],
    ['much time', { timeoutSeconds: 61 }, /at most 60/],
  ])('are refused when they cannot work: %s', async (_what, wrong, problem) => {
    const interceptor = {
      triggerPoint: 'PRE_SIGNUP',
      url: 'http://localhost:3000/interceptors',
      ...wrong,
    } as EmulatedInterceptor
    const emulator = await emulate()
    expect(() => emulator.intercept(interceptor)).toThrow(problem)
    await expect(startEmulator({ interceptors: [interceptor] })).rejects.toThrow(problem)
  })
})
