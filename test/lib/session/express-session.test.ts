import { inspect } from 'node:util'
import { MemoryStore, type SessionData, type Store } from 'express-session'
import { describe, expect, it } from 'vitest'
import {
  getAuth,
  type Middleware,
  type Next,
  type ScalekitAuthOptions,
} from '../../../src/index.ts'
import {
  type ApplicationParts,
  applicationSession,
  mountAtRoot,
} from '../../support/application.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import { start } from '../../support/start.ts'
import { navigation } from '../../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

type WithSession = { session: SessionData & Record<string, unknown> }

/** An application whose own `express-session` has this store, with routes that use it. */
function withSession(store: Store, options: ScalekitAuthOptions = {}): ApplicationParts {
  return {
    options: { session: 'express-session', ...options },
    mount(app, auth) {
      app.use(applicationSession(store))
      mountAtRoot(app, auth)
      app.use('/remember', remember)
      app.use('/leave', (req, res, next) => void auth.logout(req, res).catch(next))
    },
  }
}

/** Puts the query into the session, as careless applications do. */
const remember: Middleware = (req, res) => {
  const query = new URL(req.url ?? '/', 'http://localhost').searchParams
  Object.assign((req as unknown as WithSession).session, Object.fromEntries(query))
  res.end()
}

/** A store that does nothing on its own but lets a test fail, stop or watch any call. */
class BreakableStore extends MemoryStore {
  failing: 'get' | 'set' | 'destroy' | undefined
  hanging: 'get' | 'set' | 'destroy' | undefined
  sets = 0

  override get(...given: Parameters<MemoryStore['get']>): void {
    this.#pass('get', given[1], () => super.get(...given))
  }

  override set(...given: Parameters<MemoryStore['set']>): void {
    this.sets += 1
    this.#pass('set', given[2], () => super.set(...given))
  }

  override destroy(...given: Parameters<MemoryStore['destroy']>): void {
    this.#pass('destroy', given[1], () => super.destroy(...given))
  }

  #pass(name: 'get' | 'set' | 'destroy', done?: (error?: unknown) => void, call?: () => void) {
    if (this.hanging === name) return
    if (this.failing === name) done?.(new Error('connection refused'))
    else call?.()
  }
}

/** Everything a store holds, by session id. */
function contentsOf(store: MemoryStore): Promise<Record<string, SessionData>> {
  return new Promise((resolve, reject) => {
    store.all((error, sessions) => {
      if (error) reject(error)
      else resolve((sessions ?? {}) as Record<string, SessionData>)
    })
  })
}

describe('an application’s own session', () => {
  it('gets a new id at sign-in, so that one planted before names nobody', async () => {
    const store = new MemoryStore()
    const { visitor } = await start(withSession(store))
    const victim = visitor()
    await victim.open('/remember?cart=1')
    const planted = `connect.sid=${victim.cookie('connect.sid')}`
    await victim.signIn(home, ada)
    await victim.call('/app').expect(200)
    await visitor().call('/app', { cookie: planted }).expect(401)
    expect(Object.keys(await contentsOf(store))).toHaveLength(1)
  })

  it('takes nothing over from before the sign-in but what `keep` names', async () => {
    const store = new MemoryStore()
    const options = { session: { kind: 'express-session', keep: ['cart'] } } as const
    const { visitor } = await start(withSession(store, options))
    const browser = visitor()
    await browser.open('/remember?cart=1&isAdmin=yes')
    await browser.signIn(home, ada)
    const [session] = Object.values(await contentsOf(store))
    expect(session).toMatchObject({ cart: '1', scalekit: expect.stringMatching(/^1\./) })
    expect(session).not.toHaveProperty('isAdmin')
  })

  it('keeps what is another instance’s where `keep` has its name', async () => {
    const store = new MemoryStore()
    const options = { session: { kind: 'express-session', keep: ['other'] } } as const
    const { visitor } = await start(withSession(store, options))
    const browser = visitor()
    await browser.open('/remember?other=sealed')
    await browser.signIn(home, ada)
    const [session] = Object.values(await contentsOf(store))
    expect(session).toMatchObject({ other: 'sealed', scalekit: expect.any(String) })
  })

  it('makes nobody of what the application copies into it', async () => {
    const { visitor } = await start(withSession(new MemoryStore()))
    const identity = JSON.stringify({ v: 1, sub: 'admin', sessionId: 'x', absoluteExpiresAt: 9e15 })
    for (const name of ['scalekit', 'user', 'identity', '__proto__']) {
      const browser = visitor()
      await browser.open(`/remember?${new URLSearchParams({ [name]: identity })}`).expect(200)
      await browser.call('/app').expect(401)
    }
  })

  it('shows nobody who reads the store who is signed in', async () => {
    const store = new MemoryStore()
    const { visitor } = await start(withSession(store))
    await visitor().signIn(home, ada)
    expect(inspect(await contentsOf(store))).not.toMatch(/ada@|acme.example|eyJhbGci/i)
  })

  it('is gone from the store after a sign-out, and one that is nobody’s stays', async () => {
    const store = new MemoryStore()
    const { visitor } = await start(withSession(store))
    const [guest, browser] = [visitor(), visitor()]
    await guest.open('/remember?cart=1')
    await guest.open('/leave').expect(302)
    await browser.signIn(home, ada)
    await browser.open('/leave').expect(302)
    expect(Object.values(await contentsOf(store))).toEqual([expect.objectContaining({ cart: '1' })])
  })

  it('is over for the rest of the request that signs out', async () => {
    const parts = withSession(new MemoryStore())
    const seen: unknown[] = []
    const { visitor } = await start({
      ...parts,
      mount(app, auth) {
        app.use('/leave', (req, res, next) => {
          res.once('finish', () => seen.push(getAuth(req)))
          next()
        })
        parts.mount?.(app, auth)
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    await browser.open('/leave').expect(302)
    expect(seen).toEqual([{ status: 'signed-out', reason: 'no-session' }])
  })

  it('is in the store before the browser is sent on', async () => {
    const store = new BreakableStore()
    const { visitor } = await start(withSession(store))
    const browser = visitor()
    const callbackUrl = await signInAt((await browser.begin(home)).href, ada)
    store.hanging = 'set'
    const answer = await browser.open(callbackUrl)
    expect(answer.status).toBe(503)
    expect(answer.headers.location).toBeUndefined()
  })

  it.each(['set', 'destroy'] as const)(
    'lets nobody in when its store fails to %s, and the next try works',
    async (call) => {
      const store = new BreakableStore()
      const { visitor } = await start(withSession(store))
      const browser = visitor()
      const callbackUrl = await signInAt((await browser.begin(home)).href, ada)
      store.failing = call
      const answer = await browser.open(callbackUrl).expect(503)
      expect(answer.text).toContain('<code>store_unavailable</code>')
      const cookies = [answer.headers['set-cookie'] ?? []].flat()
      expect(cookies.filter((line) => line.startsWith('connect.sid'))).toEqual([])
      store.failing = undefined
      await browser.call('/app').expect(401)
      await browser.signIn(home, ada)
      await browser.call('/app').expect(200)
    },
  )

  it('that its store cannot destroy is over all the same, and the sign-out says that it failed', async () => {
    const store = new BreakableStore()
    const { visitor } = await start(withSession(store))
    const browser = visitor()
    await browser.signIn(home, ada)
    store.failing = 'destroy'
    await browser.post('/logout', click).expect(503)
    store.failing = undefined
    await browser.call('/app').expect(401)
  })

  it('that is not mounted is a mistake of the application, and not “signed out”', async () => {
    const { visitor } = await start({ options: { session: 'express-session' } })
    const { body } = await visitor().call('/app').expect(500)
    expect(body.code).toBe('session_not_mounted')
  })

  it('that its store could not read is unknown, and not “signed out”', async () => {
    const store = new BreakableStore()
    const parts = withSession(store)
    const { visitor } = await start({
      ...parts,
      mount(app, auth) {
        app.use(applicationSession(store))
        // Applications that would rather go on without sessions.
        app.use((_error: unknown, _req: unknown, _res: unknown, next: Next) => next())
        mountAtRoot(app, auth)
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    store.failing = 'get'
    const { body } = await browser.call('/app').expect(503)
    expect(body.code).toBe('store_unavailable')
    store.failing = undefined
    await browser.call('/app').expect(200)
  })

  it.each([
    ['sends no cookie', { secure: true }, 'express-session sent no cookie'],
    ['sends one that the redirect goes without', { sameSite: 'strict' }, 'SameSite=Strict'],
  ] as const)('that %s is told about in the log', async (_what, cookie, line) => {
    const { visitor, log } = await start({
      options: { session: 'express-session' },
      mount(app, auth) {
        app.use(applicationSession(new MemoryStore(), { cookie }))
        mountAtRoot(app, auth)
      },
    })
    await visitor().signIn(home, ada)
    expect(log.filter((each) => each.includes('express-session'))).toEqual([
      expect.stringContaining(line),
    ])
  })

  it('is left out of the log when its cookie was sent', async () => {
    const { visitor, log } = await start(withSession(new MemoryStore()))
    await visitor().signIn(home, ada)
    expect(log.filter((line) => line.includes('express-session'))).toEqual([])
  })
})
