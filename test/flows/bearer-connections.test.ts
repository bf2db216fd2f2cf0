import { once } from 'node:events'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  getAuth,
  memoryStore,
  type ScalekitAuth,
  type ScalekitAuthOptions,
} from '../../src/index.ts'
import { instanceOf } from '../../src/lib/http/instance/instance-of.ts'
import { signIn } from '../../src/testing.ts'
import { mountAtRoot } from '../support/application.ts'
import { startBearer, type TokenChanges } from '../support/bearer.ts'
import { eventually } from '../support/eventually.ts'
import type { HostApp } from '../support/hosts.ts'
import { remote } from '../support/processes.ts'
import { firedBy, openSocket, socketServer } from '../support/sockets.ts'
import { deliver, example, webhookSecret } from '../support/webhook.ts'

// A client with an access token opens sockets and event streams as a page does with its cookie.

const everyKind = { accepts: ['user', 'organization-client', 'this-client'] } as const
const revocation = { maxLagMs: 200 }

/** An event stream, which says why it ended. */
function stream(req: IncomingMessage, res: ServerResponse): void {
  const principal = getAuth(req)
  if (principal.status === 'signed-out') return void res.end(`signed out: ${principal.reason}`)
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  res.write('begun, ')
  const { ended } = principal
  void firedBy(ended).then((reason) => res.end(`over: ${(reason as { reason: string }).reason}`))
}

function mount(app: HostApp, auth: ScalekitAuth): void {
  mountAtRoot(app, auth)
  app.use('/stream', stream)
}

/** Two processes by one clock, a way to open sockets and streams at the first. */
async function scene(options: ScalekitAuthOptions = {}) {
  let nowMs = Date.now()
  const clock = () => nowMs
  const sockets = socketServer()
  const parts = { mount, attach: sockets.attach }
  const shared = {
    ...{ bearer: everyKind, clock, revocation },
    store: remote(memoryStore()),
    webhooks: { secret: webhookSecret },
    ...options,
  }
  const one = await startBearer(shared, parts, clock)
  const other = await startBearer({ ...shared, environmentUrl: one.keys.url }, parts, clock)

  async function openBy(headers: Readonly<Record<string, string>>) {
    const opened = await openSocket(one.url, headers)
    return { ...opened, connection: sockets.connections.at(-1)! }
  }

  const open = (authorization: string, headers: Readonly<Record<string, string>> = {}) =>
    openBy({ Authorization: authorization, ...headers })

  /** What an event stream says from its begin to its end. */
  async function openStream(authorization: string): Promise<() => Promise<string>> {
    const request = get(`${one.url}/stream`, { headers: { authorization } })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const texts = response.setEncoding('utf8').toArray()
    return async () => (await texts).join('')
  }

  return {
    ...{ ...one, other, open, openBy, openStream, sockets },
    bearerOf: async (changes?: TokenChanges) => `Bearer ${await one.keys.personsToken(changes)}`,
    watched: () => instanceOf(one.auth).connections.size,
    now: () => nowMs,
    pass(ms: number) {
      nowMs += ms
    },
  }
}

type Scene = Awaited<ReturnType<typeof scene>>

describe('auth.authenticate() with an access token', () => {
  it('says which person opens a socket, without an Origin', async () => {
    const { open, bearerOf, watched } = await scene()
    const { status, cookies, connection } = await open(await bearerOf())
    expect({ status, cookies }).toEqual({ status: 101, cookies: [] })
    const ada = { status: 'signed-in', via: 'bearer', user: { id: 'usr_ada' }, roles: ['admin'] }
    expect(connection.principal).toMatchObject(ada)
    expect(connection.ended.aborted).toBe(false)
    expect(await connection.current()).toMatchObject(ada)
    expect(watched()).toBe(1)
  })

  it('says which machine opens it, where `bearer.accepts` names its kind', async () => {
    const { open, keys } = await scene()
    const organizations = await open(`Bearer ${await keys.organizationToken()}`)
    expect(organizations.connection.principal).toMatchObject({
      status: 'machine',
      client: { id: 'm2morg_1', kind: 'organization-client' },
    })
    const own = await open(`Bearer ${await keys.clientToken()}`)
    expect(own.connection.principal).toMatchObject({ client: { kind: 'this-client' } })
    expect(own.connection.principal).not.toHaveProperty('user')
  })

  it('shows a machine as signed out where it does not, and closes', async () => {
    const { open, keys, watched } = await scene({ bearer: {} })
    const { closed, connection } = await open(`Bearer ${await keys.organizationToken()}`)
    expect(connection.principal).toMatchObject({ status: 'signed-out', reason: 'token-invalid' })
    expect(connection.ended.reason).toMatchObject({ reason: 'token-invalid' })
    expect(await closed).toBe(4401)
    expect(watched()).toBe(0)
  })

  it('is decided by the token where the request has a cookie, too', async () => {
    const { app, auth, url, open, openBy, bearerOf } = await scene()
    const { cookie } = await signIn(auth, { email: 'ada@acme.example' }, { app })
    const both = { Cookie: cookie, Origin: url }
    const { connection: byCookie } = await openBy(both)
    expect(byCookie.principal).toMatchObject({
      via: 'session',
      user: { email: 'ada@acme.example' },
    })
    const eve = await bearerOf({ claims: { sub: 'usr_eve', roles: [] } })
    const { cookies, connection } = await open(eve, both)
    expect(cookies).toEqual([])
    expect(connection.principal).toMatchObject({
      via: 'bearer',
      user: { id: 'usr_eve' },
      roles: [],
    })
    const wrong = await open('Bearer x', both)
    expect(wrong.connection.principal).toMatchObject({ reason: 'token-invalid' })
  })

  it('rejects while Scalekit’s keys cannot be loaded, and does not say that the token is wrong', async () => {
    const { open, bearerOf, keys, sockets } = await scene()
    keys.answer(503)
    const opened = await open(await bearerOf())
    expect(opened).toMatchObject({ status: 503, code: 'provider_unavailable' })
    expect(sockets.connections).toEqual([])
  })

  it('shows a signal for each socket of one token, and lets it go with the socket', async () => {
    const { open, bearerOf, watched } = await scene()
    const token = await bearerOf()
    const [one, two] = [await open(token), await open(token)]
    expect(one.connection.ended).not.toBe(two.connection.ended)
    one.socket.terminate()
    await eventually(() => expect(watched()).toBe(1))
    expect(two.connection.ended.aborted).toBe(false)
  })
})

/** What ends the token of Ada, `tkn_ada` of `usr_ada` in `ses_1`, by the other process or by time. */
const ends: readonly (readonly [
  what: string,
  reason: string,
  end: (scene: Scene) => Promise<unknown>,
])[] = [
  ['auth.revoke by jti', 'revoked', ({ other }) => other.auth.revoke({ tokenId: 'tkn_ada' })],
  [
    'auth.revoke by sub',
    'revoked',
    ({ other }) => other.auth.revoke({ userId: 'usr_ada' }, { atScalekit: false }),
  ],
  [
    'auth.revoke by sid',
    'revoked',
    ({ other }) => other.auth.revoke({ sid: 'ses_1' }, { atScalekit: false }),
  ],
  ['its exp', 'expired', async ({ pass }) => pass(331_000)],
  [
    'a change of what Ada may do',
    'token-outdated',
    async ({ other, now }) => {
      const change = example('user.organization_membership_updated', {
        organization: { id: 'org_1001' },
        user: { id: 'usr_ada' },
      })
      const occurred_at = new Date(now()).toISOString()
      await deliver(other.url, { event: { ...change, occurred_at } }).expect(201)
    },
  ],
]

describe.each(ends)('%s', (_what, reason, end) => {
  it('ends the socket and the event stream of an access token, and no other’s', async () => {
    const given = await scene()
    const { open, openStream, bearerOf, keys } = given
    const ada = await bearerOf({ claims: { jti: 'tkn_ada' } })
    const lasting = Math.floor(given.now() / 1000) + 3600
    const eve = { claims: { sub: 'usr_eve', sid: 'ses_2', exp: lasting } }
    const { closed, connection } = await open(ada)
    const said = await openStream(ada)
    const others = await open(`Bearer ${await keys.personsToken(eve)}`)
    const changes: unknown[] = []
    connection.onChange((principal) => changes.push(principal))
    await end(given)
    expect(await closed).toBe(4401)
    expect(connection.ended.reason).toMatchObject({ code: 'session_ended', reason })
    expect(await connection.current()).toMatchObject({ status: 'signed-out', reason })
    expect(await said()).toBe(`begun, over: ${reason}`)
    expect(others.connection.ended.aborted).toBe(false)
    expect(await others.connection.current()).toMatchObject({ user: { id: 'usr_eve' } })
    expect(changes).toEqual([])
    // A client that comes once more with the same token is refused for the same reason.
    const again = await open(ada)
    expect(again.connection.principal).toMatchObject({ status: 'signed-out', reason })
  })
})

it('a store that takes longer to answer than `maxLagMs` refuses no token', async () => {
  const { revocations, ...others } = remote(memoryStore())
  const { subscribe: _, ...asked } = revocations
  const since: typeof asked.since = async (cursor) => {
    await setTimeout(250)
    return revocations.since(cursor)
  }
  const { open, bearerOf } = await scene({ store: { ...others, revocations: { ...asked, since } } })
  const { status, connection } = await open(await bearerOf())
  expect(status).toBe(101)
  expect(await connection.current()).toMatchObject({ status: 'signed-in', via: 'bearer' })
})

describe('req.scalekit.ended of an access token', () => {
  it('is let go when the event stream closes, and watched by no request that does not read it', async () => {
    const { call, url, bearerOf, watched } = await scene()
    const authorization = await bearerOf()
    await call('/public', authorization).expect(200)
    expect(watched()).toBe(0)
    const request = get(`${url}/stream`, { headers: { authorization } })
    await once(request, 'response')
    expect(watched()).toBe(1)
    request.destroy()
    await eventually(() => expect(watched()).toBe(0))
  })

  it('is not there for a token that is refused', async () => {
    const { openStream, watched } = await scene()
    const said = await openStream('Bearer x')
    expect(await said()).toBe('signed out: token-invalid')
    expect(watched()).toBe(0)
  })
})
