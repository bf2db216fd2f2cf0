import type { ServerResponse } from 'node:http'
import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import { getAuth } from '../../src/index.ts'
import { type ApplicationParts, applicationSession, mountAtRoot } from '../support/application.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { start } from '../support/start.ts'
import { gate } from '../support/taking.ts'
import { navigation } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
const dayMs = 86_400_000

/** Every place a session can be kept, with the cookie that carries it. */
const kinds: readonly [kind: string, cookie: string, parts: () => ApplicationParts][] = [
  ['sealed cookie', 'scalekit-session', () => ({ options: { session: 'cookie' } })],
  [
    'application’s express-session',
    'connect.sid',
    () => ({
      options: { session: 'express-session' },
      mount(app, auth) {
        app.use(applicationSession())
        mountAtRoot(app, auth)
      },
    }),
  ],
  [
    'express-session that the kit mounts',
    'scalekit-session',
    () => ({ options: { session: { store: new MemoryStore() } } }),
  ],
]

describe.skipIf(isExpressSession).each(kinds)('a session in the %s', (_kind, cookieName, parts) => {
  /** Starts the application and signs Ada in. */
  async function signedIn(options: ApplicationParts['options'] = {}) {
    const base = parts()
    const application = await start({ ...base, options: { ...base.options, ...options } })
    const browser = application.visitor()
    await browser.signIn(home, ada)
    const cookie = () => `${cookieName}=${browser.cookie(cookieName)}`
    return { ...application, browser, cookie }
  }

  it('says on every request who is signed in, and in whose organization', async () => {
    const { browser, emulator } = await signedIn()
    for (const path of ['/app', '/public', '/app']) {
      const { body } = await browser.call(path).expect(200)
      expect(body.user.email).toBe(ada)
      expect(body.organizationId).toBe(emulator.organizations[0]!.id)
    }
  })

  it('is carried by a cookie alone that is HttpOnly and Lax', async () => {
    const application = await start(parts())
    const answer = await application.visitor().signIn(home, ada)
    const lines = answer.headers['set-cookie'] as unknown as string[]
    const line = lines.find((candidate) => candidate.startsWith(`${cookieName}=`))
    expect(line).toMatch(/; HttpOnly/)
    expect(line?.includes('SameSite=Lax') || cookieName === 'connect.sid').toBe(true)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('takes a value that nobody knew before, at every sign-in', async () => {
    const { browser, cookie, visitor } = await signedIn()
    const before = cookie()
    await browser.signIn(home, 'grace@acme.example')
    expect(cookie()).not.toBe(before)
    await visitor().call('/app', { cookie: before }).expect(401)
    const { body } = await browser.call('/app').expect(200)
    expect(body.user.email).toBe('grace@acme.example')
  })

  it('ends with a sign-out, for every copy of its cookie', async () => {
    const { browser, cookie, visitor } = await signedIn()
    const copy = cookie()
    await visitor().call('/app', { cookie: copy }).expect(200)
    await browser.post('/logout', click).expect(303)
    await browser.call('/app').expect(401)
    await visitor().call('/app', { cookie: copy }).expect(401)
  })

  it('ends after a week, however much it was used', async () => {
    let time = Date.now()
    const { browser } = await signedIn({ clock: () => time })
    for (let day = 1; day < 14; day += 1) {
      time += dayMs / 2
      await browser.call('/app').expect(200)
    }
    time += dayMs / 2
    const { body } = await browser.call('/public').expect(200)
    expect(body).toEqual({ status: 'signed-out', reason: 'expired' })
  })

  it('is nobody’s with a cookie that was changed', async () => {
    const { cookie, visitor } = await signedIn()
    const [name, value] = cookie().split('=') as [string, string]
    for (const changed of [value.slice(0, -2), `${value}A`, value.replace(/.{9}$/, 'AAAAAAAAA')]) {
      await visitor()
        .call('/app', { cookie: `${name}=${changed}` })
        .expect(401)
    }
  })

  it('is not begun for visitors', async () => {
    const { visitor } = await start(parts())
    for (let visit = 0; visit < 20; visit += 1) {
      const { headers, body } = await visitor().call('/public').expect(200)
      expect(headers['set-cookie']).toBeUndefined()
      expect(body).toEqual({ status: 'signed-out', reason: 'no-session' })
    }
  })

  it('ends the session before it where that one was somebody’s', async () => {
    const { browser, visitor, cookie } = await signedIn()
    const laptop = cookie()
    const phone = visitor()
    await phone.signIn(home, ada)
    await browser.signIn(home, ada)
    await visitor().call('/app', { cookie: laptop }).expect(401)
    await phone.call('/app').expect(200)
  })
})

describe.skipIf(isExpressSession).each([kinds[0]!, kinds[2]!])(
  'a page for everybody’s caches, while the session is in the %s',
  (_kind, cookieName, parts) => {
    it.each<[string, (res: ServerResponse) => void]>([
      ['setHeader', (res) => res.setHeader('Cache-Control', 'public, max-age=600')],
      ['writeHead', (res) => res.writeHead(200, { 'cache-control': 'public, max-age=600' })],
      [
        'a list for writeHead',
        (res) => res.writeHead(200, ['ETag', '"1"', 'Cache-Control', 'public, max-age=600']),
      ],
    ])('is stored by none when it carries a cookie of ours, said by %s', async (_how, allow) => {
      let time = Date.now()
      const base = parts()
      const { visitor } = await start({
        options: { ...base.options, clock: () => time },
        mount(app, auth) {
          mountAtRoot(app, auth)
          app.use('/cached', (req, res) => {
            getAuth(req)
            allow(res)
            res.end()
          })
        },
      })
      const browser = visitor()
      await browser.signIn(home, ada)
      const stranger = await visitor().call('/cached').expect(200)
      expect(stranger.headers['cache-control']).toBe('private, max-age=600')
      expect(stranger.headers.vary).toContain('Cookie')
      time += dayMs / 2
      const { headers } = await browser.call('/cached').expect(200)
      expect(String(headers['set-cookie'])).toContain(`${cookieName}=`)
      expect(headers['cache-control']).toBe('no-store')
      expect(headers.vary).toContain('Cookie')
      expect(headers.etag).toBe(stranger.headers.etag)
    })
  },
)

describe.skipIf(isExpressSession).each([kinds[0]!, kinds[2]!])(
  'a page that was slow, while the session is in the %s',
  (_kind, cookieName, parts) => {
    it('brings back no cookie of a session that another took the place of', async () => {
      let time = Date.now()
      const { opened, open } = gate()
      const came = gate()
      const base = parts()
      const { visitor, emulator } = await start({
        options: { ...base.options, clock: () => time },
        mount(app, auth) {
          mountAtRoot(app, auth)
          app.use('/slow', (req, res) => {
            getAuth(req)
            res.setHeader(
              'Set-Cookie',
              [res.getHeader('Set-Cookie') ?? [], 'theirs=1'].flat() as string[],
            )
            came.open()
            opened.then(() => res.end(), res.destroy)
          })
        },
      })
      const browser = visitor()
      await browser.signIn(home, ada)
      const cookie = `${cookieName}=${browser.cookie(cookieName)}`
      time += dayMs / 2
      emulator.advance(dayMs / 2000)
      const slow = visitor()
        .call('/slow', { cookie })
        .then(({ headers }) => headers['set-cookie'])
      await came.opened
      const { headers } = await browser.signIn(home, ada)
      expect(headers.location).toBe('/app')
      open()
      expect(await slow).toEqual(['theirs=1'])
      await browser.call('/app').expect(200)
    })

    it('takes no cookie of the session that it begins or ends itself', async () => {
      let time = Date.now()
      const base = parts()
      const { visitor, emulator } = await start({
        options: { ...base.options, clock: () => time },
        mount(app, auth) {
          app.use(auth.session())
          // As one that writes down who is asking.
          app.use((req, _res, next) => next(getAuth(req) && undefined))
          mountAtRoot(app, auth)
        },
      })
      const browser = visitor()
      await browser.signIn(home, ada)
      time += dayMs / 2
      emulator.advance(dayMs / 2000)
      const { headers } = await browser.signIn(home, ada)
      expect(headers.location).toBe('/app')
      await browser.call('/app').expect(200)
      time += dayMs / 2
      emulator.advance(dayMs / 2000)
      await browser.post('/logout', click).expect(303)
      expect(browser.cookieNames()).not.toContain(cookieName)
    })
  },
)
