import { MemoryStore, type SessionData } from 'express-session'
import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../src/index.ts'
import { type ApplicationParts, mountAtRoot, showPrincipal } from '../../support/application.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import { start } from '../../support/start.ts'
import { inVirtualTime } from '../../support/virtual-time.ts'
import { navigation } from '../../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
const [oldSecret, newSecret] = [
  'Zt8Uy2Ix6Ob4Ev1Kr9Ql7Wm3Nj5Ch0Dg',
  'q3kX9vTz7Lm2Bn8Rw5Yc1Hd6Jf4Gs0Pa',
]

/** A store that fails or never answers when a test says so. */
class UnreliableStore extends MemoryStore {
  state: 'up' | 'down' | 'hanging' = 'up'

  override get(...given: Parameters<MemoryStore['get']>): void {
    if (this.state === 'up') super.get(...given)
    else if (this.state === 'down') given[1](new Error('connection refused: secret-of-the-store'))
  }
}

function keptIn(
  store: MemoryStore,
  session: object = {},
  options: ScalekitAuthOptions = {},
): ApplicationParts {
  return { options: { ...options, session: { store, ...session } } }
}

describe('the express-session that the kit mounts', () => {
  it('serves the application, too', async () => {
    const { visitor } = await start({
      ...keptIn(new MemoryStore()),
      mount(app, auth) {
        mountAtRoot(app, auth)
        app.use('/count', (req, res) => {
          const { session } = req as unknown as { session: SessionData & { visits?: number } }
          session.visits = (session.visits ?? 0) + 1
          res.end(String(session.visits))
        })
      },
    })
    const browser = visitor()
    expect((await browser.open('/count')).text).toBe('1')
    expect((await browser.open('/count')).text).toBe('2')
  })

  it('serves routes that are mounted alone', async () => {
    const { visitor } = await start({
      ...keptIn(new MemoryStore()),
      mount(app, auth) {
        app.use('/login', auth.routes.login)
        app.use('/callback', auth.routes.callback)
        app.use('/logout', auth.routes.logout)
        app.use('/me', auth.routes.me)
        app.use(auth.session())
        app.use('/app', auth.requireAuth())
        app.use('/app', showPrincipal)
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    await browser.call('/app').expect(200)
    expect((await browser.call('/me')).body.user.email).toBe(ada)
    await browser.post('/logout', click).expect(303)
    await browser.call('/app').expect(401)
  })

  it('has a cookie like the kit’s own over https', async () => {
    const baseUrl = 'https://app.example'
    const { visitor } = await start({
      ...keptIn(new MemoryStore(), {}, { baseUrl }),
      seed: { redirectUris: [`${baseUrl}/callback`] },
    })
    const proxied = { Host: 'app.example', 'X-Forwarded-Proto': 'https' }
    const begun = await visitor().open(home, proxied).expect(302)
    const [transaction] = begun.headers['set-cookie'] as unknown as string[]
    const callbackUrl = await signInAt(begun.headers.location!, ada)
    const headers = { ...proxied, cookie: transaction!.split(';')[0]! }
    const answer = await visitor().open(callbackUrl, headers).expect(302)
    const lines = answer.headers['set-cookie'] as unknown as string[]
    const line = lines.find((candidate) => candidate.startsWith('__Host-scalekit-session='))
    expect(line).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/)
    expect(line).not.toContain('Domain')
  })

  it('keeps every answer that carries its cookie out of caches', async () => {
    const { visitor } = await start({
      ...keptIn(new MemoryStore()),
      mount(app, auth) {
        mountAtRoot(app, auth)
        app.use('/cached', (_req, res) => {
          res.setHeader('Cache-Control', 'public, max-age=600')
          res.end('cached')
        })
      },
    })
    const browser = visitor()
    const stranger = await browser.open('/cached')
    expect(stranger.headers['cache-control']).toBe('public, max-age=600')
    await browser.signIn(home, ada)
    const answer = await browser.open('/cached')
    expect(String(answer.headers['set-cookie'])).toContain('scalekit-session=')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.vary).toContain('Cookie')
  })

  it('lasts for its idle time from each request on, in browser and store', async () => {
    const store = new MemoryStore()
    const { visitor } = await start(keptIn(store, { idleSeconds: 3600 }))
    const browser = visitor()
    await browser.signIn(home, ada)
    const before = Date.now()
    const answer = await browser.call('/app').expect(200)
    const [line] = answer.headers['set-cookie'] as unknown as string[]
    const expires = Date.parse(/Expires=([^;]+)/.exec(line!)![1]!)
    // The header counts in whole seconds.
    expect(expires).toBeGreaterThanOrEqual(before - 1000 + 3_600_000)
    expect(expires).toBeLessThanOrEqual(Date.now() + 3_600_000)
  })

  it.each([
    ['its own secret', (secret: string | string[]) => ({ session: { secret }, options: {} })],
    ['the kit’s secret', (secret: string | string[]) => ({ session: {}, options: { secret } })],
  ])('takes cookies of an old secret while a list has it: %s', async (_whose, given) => {
    const store = new MemoryStore()
    const first = given(oldSecret)
    const before = await start(keptIn(store, first.session, first.options))
    const browser = before.visitor()
    await browser.signIn(home, ada)
    const cookie = `scalekit-session=${browser.cookie('scalekit-session')}`
    const statusWith = async (secret: string | string[]) => {
      const next = given(secret)
      const parts = keptIn(store, next.session, { baseUrl: before.url, ...next.options })
      const { visitor } = await start({ ...parts, emulator: before.emulator })
      const { status } = await visitor().call('/app', { cookie })
      return status
    }
    expect(await statusWith([newSecret, oldSecret])).toBe(200)
    expect(await statusWith(newSecret)).toBe(401)
  })
})

describe.each(['down', 'hanging'] as const)('a store that is %s', (state) => {
  it('leaves public pages working; nobody is signed in or out', async () => {
    const store = new UnreliableStore()
    const { visitor, log } = await start({
      ...keptIn(store),
      mount(app, auth) {
        mountAtRoot(app, auth)
        app.use('/hello', (_req, res) => void res.end('hello'))
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    store.state = state
    await inVirtualTime(async () => {
      expect((await browser.open('/hello').expect(200)).text).toBe('hello')
      const { body } = await browser.call('/app').expect(503)
      expect(body.code).toBe('store_unavailable')
      await browser.call('/me').expect(503)
    })
    store.state = 'up'
    await browser.call('/app').expect(200)
    const lines = log.filter((line) => line.includes('The session store failed'))
    expect(lines.length > 0).toBe(state === 'down')
  })
})
