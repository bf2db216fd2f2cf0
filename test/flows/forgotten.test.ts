import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore } from 'express-session'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { memoryStore, type ScalekitAuthOptions, type StateStore } from '../../src/index.ts'
import { deepFreeze } from '../../src/lib/ground/freeze.ts'
import { sealer } from '../../src/lib/ground/seal.ts'
import { Secret } from '../../src/lib/ground/secret.ts'
import { postgresStore } from '../../src/postgres.ts'
import { redisStore } from '../../src/redis.ts'
import type { Application } from '../support/application.ts'
import { eventually } from '../support/eventually.ts'
import { hasPostgres, startPostgres } from '../support/postgres.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { isExpressSession, sessionCookie } from '../support/session-cookie.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { useStandingTime } from '../support/virtual-time.ts'
import { navigation, type Visitor } from '../support/visitor.ts'
import { deliver, example, webhookSecret } from '../support/webhook.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const secret = 'a secret of these tests, of 32 characters'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
const maxLagMs = 200
const passLag = () => void vi.advanceTimersByTime(maxLagMs + 1)

useStandingTime()

/** Processes of one application, one after the other or beside each other, as one browser sees them. */
function application(options: ScalekitAuthOptions = {}) {
  const sessions = new MemoryStore()
  let first: Application | undefined

  async function begin(more: ScalekitAuthOptions = {}) {
    const given = { secret, revocation: { maxLagMs }, ...options, ...more }
    const next = await start({
      store: sessions,
      ...(first ? { emulator: first.emulator } : {}),
      options: { ...given, ...(first ? { baseUrl: first.url } : {}) },
    })
    first ??= next
    /** What a browser of the first process is answered here. */
    const ask = (browser: Visitor, path = '/app', headers: Record<string, string> = {}) =>
      next.visitor().call(path, { ...sentBy(first!.url, browser), ...headers })
    return { ...next, ask }
  }

  return begin
}

describe('a session of which the store has forgotten what ended it', () => {
  it('is over, says so, and signs in again', async () => {
    const begin = application()
    const before = await begin({ store: memoryStore() })
    const browser = before.visitor()
    await browser.signIn(home, ada)
    const after = await begin({ store: inAnotherEpoch(memoryStore()) })
    const answer = await after.ask(browser, '/public').expect(200)
    expect(answer.body).toEqual({ status: 'signed-out', reason: 'forgotten' })
    await after.ask(browser).expect(401)
    const page = await after.visitor().open('/app', sentBy(before.url, browser)).expect(302)
    expect(page.headers.location).toBe('/login?return_to=%2Fapp')
  })

  it('keeps its cookie, which lives again when the store remembers again', async () => {
    const begin = application()
    const store = memoryStore()
    const before = await begin({ store })
    const browser = before.visitor()
    await browser.signIn(home, ada)
    const away = await begin({ store: inAnotherEpoch(memoryStore()) })
    for (const path of ['/app', '/public', '/me', '/organizations']) {
      const { headers } = await away.ask(browser, path)
      expect(headers['set-cookie'] ?? []).toEqual([])
    }
    await (await begin({ store })).ask(browser).expect(200)
  })

  it('gives way to the sign-in that follows it', async () => {
    const begin = application()
    const before = await begin({ store: memoryStore() })
    const browser = before.visitor()
    await browser.signIn(home, ada)
    // The same process, whose store begins a new epoch.
    await before.auth.revoke('everyone')
    await browser.call('/app').expect(401)
    await browser.signIn(home, ada)
    await browser.call('/app').expect(200)
  })
})

describe('without a shared store', () => {
  const production: ScalekitAuthOptions = { session: { afterRestart: 'end' } }

  it('a copied cookie of who signed out stays out after a restart, and so does everybody', async () => {
    const begin = application(production)
    const before = await begin({ store: memoryStore() })
    const [leaving, staying] = [before.visitor(), before.visitor()]
    await leaving.signIn(home, ada)
    await staying.signIn(home, ada)
    const copy = sentBy(before.url, leaving)
    await leaving.post('/logout', click).expect(303)
    const after = await begin({ store: memoryStore() })
    await after.visitor().call('/app', copy).expect(401)
    await after.ask(staying).expect(401)
  })

  it('`keep` lets sessions go on after a restart', async () => {
    const begin = application({ session: { afterRestart: 'keep' } })
    const before = await begin({ store: memoryStore() })
    const browser = before.visitor()
    await browser.signIn(home, ada)
    await (await begin({ store: memoryStore() })).ask(browser).expect(200)
  })

  it('`keep` is no way around a revocation of everyone', async () => {
    const begin = application({ session: { afterRestart: 'keep' } })
    const { auth, visitor } = await begin({ store: memoryStore() })
    const browser = visitor()
    await browser.signIn(home, ada)
    await auth.revoke('everyone')
    await browser.call('/app').expect(401)
  })

  it('a session that began later, in a process beside this one, lives, and one line names `store`', async () => {
    let now = Date.now()
    const clock = () => now
    const begin = application({ ...production, clock })
    const one = await begin({ store: memoryStore({ clock }) })
    const other = await begin({ store: memoryStore({ clock }) })
    now += 1
    const browser = one.visitor()
    await browser.signIn(home, ada)
    await other.ask(browser).expect(200)
    await other.ask(browser).expect(200)
    const lines = other.log.filter((line) => line.includes('store_not_shared'))
    expect(lines).toEqual([expect.stringMatching(/^error .*`store`/)])
  })
})

describe('with memoryStore({ file })', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forgotten-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('who signed out or was removed stays out after a restart, and nobody else', async () => {
    const file = join(folder, randomUUID())
    const begin = application({ webhooks: { secret: webhookSecret } })
    const before = await begin({ store: memoryStore({ file }) })
    const [leaving, removed, staying] = [before.visitor(), before.visitor(), before.visitor()]
    await leaving.signIn(home, ada)
    await removed.signIn(home, 'grace@acme.example')
    await staying.signIn(home, ada)
    const copy = sentBy(before.url, leaving)
    await leaving.post('/logout', click).expect(303)
    const { body } = await removed.call('/app').expect(200)
    const event = {
      ...example('organization.directory.user_deleted', {
        dp_id: 'nobody',
        email: 'grace@acme.example',
      }),
      organization_id: body.organizationId,
      occurred_at: new Date().toISOString(),
    }
    await deliver(before.url, { event }).expect(201)
    const after = await begin({ store: memoryStore({ file }) })
    await after.visitor().call('/app', copy).expect(401)
    await after.ask(removed).expect(401)
    await after.ask(staying).expect(200)
  })

  it('a renamed user who is removed after a restart is out', async () => {
    const file = join(folder, randomUUID())
    const begin = application({ webhooks: { secret: webhookSecret } })
    const before = await begin({ store: memoryStore({ file }) })
    const renamed = before.visitor()
    await renamed.signIn(home, ada)
    const { body } = await renamed.call('/app').expect(200)
    const hear = (to: Application, what: 'created' | 'deleted', email: string) => {
      const event = {
        ...example(`organization.directory.user_${what}`, {
          id: 'diruser_1',
          dp_id: 'nobody',
          email,
        }),
        organization_id: body.organizationId,
        occurred_at: new Date().toISOString(),
      }
      return deliver(to.url, { event }).expect(201)
    }
    await hear(before, 'created', ada)
    const after = await begin({ store: memoryStore({ file }) })
    await after.ask(renamed).expect(200)
    await hear(after, 'deleted', 'ada.lovelace@acme.example')
    await after.ask(renamed).expect(401)
  })

  it('all sessions are over where the file is gone', async () => {
    const file = join(folder, randomUUID())
    const begin = application()
    const before = await begin({ store: memoryStore({ file }) })
    const browser = before.visitor()
    await browser.signIn(home, ada)
    rmSync(file)
    const after = await begin({ store: memoryStore({ file }) })
    expect((await after.ask(browser, '/public')).body.reason).toBe('forgotten')
  })
})

/** A database that processes share. */
interface Shared {
  storeOf(space: string): StateStore
  /** Empties the records that sessions end by, and nothing else. */
  forget(space: string): Promise<unknown>
  close(): Promise<void>
}

async function sharedRedis(): Promise<Shared> {
  const { client, close } = await startRedis()
  return {
    storeOf: (prefix) => redisStore(client, { prefix }),
    forget: (prefix) => client.del(`${prefix}marks`),
    close,
  }
}

async function sharedPostgres(): Promise<Shared> {
  const { pool, close } = await startPostgres()
  return {
    storeOf: (schema) => postgresStore(pool, { schema }),
    forget: (schema) => pool.query(`truncate "${schema}".marks`),
    close,
  }
}

describe.each([
  ['Redis', hasRedis, sharedRedis],
  ['PostgreSQL', hasPostgres, sharedPostgres],
] as const)('with a store in %s', (_name, isThere, startShared) => {
  describe.skipIf(!isThere)('that several processes share', () => {
    let shared: Promise<Shared>
    afterAll(async () => (await shared).close())

    async function processes() {
      shared ??= startShared()
      const { storeOf, forget } = await shared
      const space = `test ${randomUUID()}`
      const begin = application()
      return {
        begin: (more: ScalekitAuthOptions = {}) => begin({ store: storeOf(space), ...more }),
        forget: () => forget(space),
      }
    }

    it('who signed out stays out when the store lost that, and all others sign in again', async () => {
      const { begin, forget } = await processes()
      const [one, two] = [await begin(), await begin()]
      const [leaving, staying] = [one.visitor(), one.visitor()]
      await leaving.signIn(home, ada)
      await staying.signIn(home, ada)
      const copy = sentBy(one.url, leaving)
      await leaving.post('/logout', click).expect(303)
      await forget()
      passLag()
      for (const process of [one, two, await begin()]) {
        await process.visitor().call('/app', copy).expect(401)
        expect((await process.ask(staying, '/public')).body.reason).toBe('forgotten')
      }
      await staying.signIn(home, ada)
      for (const process of [one, two]) await process.ask(staying).expect(200)
    })

    it('a restart signs nobody out', async () => {
      const { begin } = await processes()
      const one = await begin()
      const browser = one.visitor()
      await browser.signIn(home, ada)
      await (await begin()).ask(browser).expect(200)
    })

    it('a session of the version before lives, until the store has forgotten', async () => {
      const { begin, forget } = await processes()
      const one = await begin()
      const browser = one.visitor()
      await browser.signIn(home, ada)
      const old = withoutEpoch(one, browser)
      if (!old) return
      await one.visitor().call('/app', old).expect(200)
      await (await begin()).visitor().call('/app', old).expect(200)
      await forget()
      passLag()
      await one.visitor().call('/app', old).expect(401)
    })

    it('nobody is let in, and nobody signed out, by a process that does not know the epoch', async () => {
      const { begin } = await processes()
      const one = await begin()
      const browser = one.visitor()
      await browser.signIn(home, ada)
      const away = memoryStore()
      const since = () => Promise.reject(new Error('down'))
      const store = { ...away, revocations: { write: away.revocations.write, since } }
      const blind = await begin({ store })
      await blind.ask(browser).expect(503)
      await blind.ask(browser, '/public').expect(503)
      const [stranger, host] = [blind.visitor(), { Host: new URL(one.url).host }]
      const { headers } = await stranger.open(home, host).expect(302)
      const callback = await signInAt(headers.location!, ada)
      const answer = await stranger.open(callback, host).expect(503)
      expect(answer.text).toContain('store_unavailable')
      await one.ask(browser).expect(200)
    })

    it('`everyone` is out within the lag, in every process, and may come back', async () => {
      const { begin } = await processes()
      const [one, two] = [await begin(), await begin()]
      const browser = one.visitor()
      await browser.signIn(home, ada)
      await two.ask(browser).expect(200)
      await one.auth.revoke('everyone', { reason: 'a backup was restored' })
      await one.ask(browser).expect(401)
      passLag()
      await two.ask(browser).expect(401)
      await browser.signIn(home, ada)
      passLag()
      await two.ask(browser).expect(200)
    })
  })
})

describe.skipIf(!hasRedis)('a Redis that evicts', () => {
  it.each([
    ['volatile-lru', 1],
    ['noeviction', 0],
  ])('with %s is an error line at the start: %d', async (policy, count) => {
    const redis = await startRedis('--maxmemory-policy', policy)
    try {
      const { log } = await application()({ store: redisStore(redis.client) })
      await redis.client.ping()
      await eventually(() => {
        const lines = log.filter((line) => /^error store_evicts: .*noeviction/.test(line))
        expect(lines).toHaveLength(count)
      })
    } finally {
      await redis.close()
    }
  })

  it('is told of after the first answer where the client connects late', async () => {
    const redis = await startRedis('--maxmemory-policy', 'allkeys-lru')
    try {
      let isConnected = false
      const client = {
        sendCommand: (args: string[]) =>
          isConnected ? redis.client.sendCommand(args) : Promise.reject(new Error('closed')),
      }
      const { log, visitor } = await application()({ store: redisStore(client) })
      expect(log.filter((line) => line.includes('store_evicts'))).toEqual([])
      isConnected = true
      await visitor().signIn(home, ada)
      await eventually(() => expect(log.join()).toContain('store_evicts'))
    } finally {
      await redis.close()
    }
  })
})

/** A store that has forgotten another epoch, whenever it was made. */
function inAnotherEpoch(store: StateStore): StateStore {
  const { write, since } = store.revocations
  return { ...store, revocations: { write, since } }
}

/** The headers of a browser's request that a balancer passes on: what was sent to the address. */
function sentBy(url: string, browser: Visitor): Record<string, string> {
  const cookies = browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`)
  return { Host: new URL(url).host, Cookie: cookies.join('; ') }
}

/** The session as the version before sealed it, where it is in our own cookie. */
function withoutEpoch({ url, emulator }: Application, browser: Visitor) {
  if (isExpressSession) return undefined
  const { environmentUrl, clientId } = emulator.options
  const seal = sealer([new Secret(secret)], `session scalekit ${environmentUrl} ${clientId}`)
  const identity = JSON.parse(seal.open(browser.cookie(sessionCookie)!, sessionCookie)!)
  const { epoch, signedInAt, ...before } = deepFreeze(identity)
  expect([typeof epoch, typeof signedInAt]).toEqual(['string', 'number'])
  const value = seal.seal(JSON.stringify(before), sessionCookie)
  return { Host: new URL(url).host, Cookie: `${sessionCookie}=${value}` }
}
