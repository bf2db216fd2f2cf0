import { createHmac } from 'node:crypto'
import { MemoryStore, type SessionData } from 'express-session'
import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../src/index.ts'
import { type ApplicationParts, mountAtRoot, showPrincipal } from '../../support/application.ts'
import { eventually } from '../../support/eventually.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import { start } from '../../support/start.ts'
import { inVirtualTime } from '../../support/virtual-time.ts'
import { navigation } from '../../support/visitor.ts'

const ada = 'ada@acme.example'
const halfDayMs = 43_200_000
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

  it.each([undefined, 'https', 'HTTPS', 'http'])(
    'has a cookie like the kit’s own over https, where the balancer says %s',
    async (scheme) => {
      const baseUrl = 'https://app.example'
      const { visitor } = await start({
        ...keptIn(new MemoryStore(), {}, { baseUrl }),
        seed: { redirectUris: [`${baseUrl}/callback`] },
      })
      const proxied: Record<string, string> = {
        Host: 'app.example',
        ...(scheme ? { 'X-Forwarded-Proto': scheme } : {}),
      }
      const begun = await visitor().open(home, proxied).expect(302)
      const [transaction] = begun.headers['set-cookie'] as unknown as string[]
      const callbackUrl = await signInAt(begun.headers.location!, ada)
      const headers = { ...proxied, cookie: transaction!.split(';')[0]! }
      const answer = await visitor().open(callbackUrl, headers).expect(302)
      const lines = answer.headers['set-cookie'] as unknown as string[]
      const line = lines.find((candidate) => candidate.startsWith('__Host-scalekit-session='))
      expect(line).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/)
      expect(line).not.toContain('Domain')
      const signedIn = { ...proxied, cookie: line!.split(';')[0]! }
      await visitor().call('/app', signedIn).expect(200)
      const out = await visitor()
        .post('/logout', { ...click, ...signedIn })
        .expect(303)
      expect(String(out.headers['set-cookie'])).toMatch(/^__Host-scalekit-session=;.*; Secure/)
    },
  )

  it('keeps every answer that carries its cookie out of caches, and no other', async () => {
    let time = Date.now()
    const { visitor } = await start({
      ...keptIn(new MemoryStore(), {}, { clock: () => time }),
      mount(app, auth) {
        mountAtRoot(app, auth)
        app.use('/cached', (_req, res) => {
          res.setHeader('Cache-Control', 'public, max-age=600')
          res.end('cached')
        })
      },
    })
    const browser = visitor()
    const expectCached = async () => {
      const { headers } = await browser.open('/cached')
      expect(headers['cache-control']).toBe('public, max-age=600')
      expect(headers['set-cookie']).toBeUndefined()
      expect(headers.vary).toBeUndefined()
    }
    await expectCached()
    await browser.signIn(home, ada)
    await expectCached()
    time += halfDayMs
    const answer = await browser.open('/cached')
    expect(String(answer.headers['set-cookie'])).toContain('scalekit-session=')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.vary).toContain('Cookie')
    await expectCached()
  })

  it('renews its cookie once in half of the idle time, for guests, too', async () => {
    let time = Date.now()
    const { visitor } = await start({
      ...keptIn(new MemoryStore(), { idleSeconds: 3600 }, { clock: () => time }),
      seed: { clock: () => time },
      mount(app, auth) {
        mountAtRoot(app, auth)
        app.use('/cart', (req, res) => {
          Object.assign((req as unknown as { session: object }).session, { cart: time })
          res.end()
        })
      },
    })
    const browser = visitor()
    const linesOf = async (path: string) => {
      const { headers } = await browser.call(path).expect(200)
      return [headers['set-cookie'] ?? []].flat().map(String)
    }
    const expectRenewals = async (path: string) => {
      const before = browser.cookie('scalekit-session')
      time += 1_799_999
      // Not for a session that the handler changes, either.
      expect(await linesOf(path)).toEqual([])
      time += 1
      const [line] = await linesOf(path)
      const expires = Date.parse(/Expires=([^;]+)/.exec(line!)![1]!)
      // By the time of \`express-session\`, and the header counts in whole seconds.
      expect(Math.abs(Date.now() + 3_600_000 - expires)).toBeLessThan(60_000)
      expect(await linesOf(path)).toEqual([])
      expect(browser.cookie('scalekit-session')).toBe(before)
    }
    expect(await linesOf('/cart')).toHaveLength(1)
    await expectRenewals('/cart')
    await browser.signIn(home, ada)
    await expectRenewals('/app')
    await expectRenewals('/cart')
  })

  it('renews a session of the version before, whose id does not say when it began', async () => {
    const store = new MemoryStore()
    const { visitor, url } = await start(keptIn(store, { secret: oldSecret }))
    const id = 'k'.repeat(32)
    const cookie = { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000), secure: true }
    store.set(id, { cookie, cart: 1 } as unknown as SessionData)
    const value = encodeURIComponent(`s:${id}.${signature(id, oldSecret)}`)
    const headers = { cookie: `scalekit-session=${value}` }
    const first = await visitor().call('/public', headers).expect(200)
    expect(String(first.headers['set-cookie'])).toContain(`scalekit-session=s%3A${id}.`)
    const second = await visitor().call('/public', headers).expect(200)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect(url).toBeTruthy()
  })

  it('renews again where the response with the cookie broke off', async () => {
    let time = Date.now()
    const { visitor } = await start({
      ...keptIn(new MemoryStore(), {}, { clock: () => time }),
      mount(app, auth) {
        mountAtRoot(app, auth)
        app.use('/broken', (_req, res) => {
          res.writeHead(200, { 'Content-Length': '100' })
          res.write('x', () => res.destroy())
        })
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    time += halfDayMs
    await browser.call('/broken').catch(() => {})
    await eventually(async () => {
      const { headers } = await browser.call('/app').expect(200)
      expect(String(headers['set-cookie'])).toContain('scalekit-session=')
    })
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

/** As `express-session` signs its cookies. */
function signature(id: string, secret: string): string {
  return createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')
}

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
