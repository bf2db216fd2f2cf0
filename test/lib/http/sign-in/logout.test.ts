import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../../src/index.ts'
import { eventually } from '../../../support/eventually.ts'
import { failingStore } from '../../../support/failing-store.ts'
import { isExpressSession, sessionCookie } from '../../../support/session-cookie.ts'
import { start } from '../../../support/start.ts'
import { background, handedOn, navigation } from '../../../support/visitor.ts'

const ada = 'ada@acme.example'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

async function signedIn(parts: Parameters<typeof start>[0] = {}) {
  const application = await start(parts)
  const browser = application.visitor()
  await browser.signIn('/login?domain=acme.example', ada)
  const cookie = `${sessionCookie}=${browser.cookie(sessionCookie)}`
  return { ...application, browser, cookie }
}

describe('/logout', () => {
  it('ends the session here and then at Scalekit, with the ID token as a hint', async () => {
    const { browser, emulator, url } = await signedIn()
    const answer = await browser.post('/logout', click).expect(303)
    const away = new URL(answer.headers.location!)
    expect(away.origin + away.pathname).toBe(`${emulator.url}/oidc/logout`)
    expect(Object.fromEntries(away.searchParams)).toEqual({
      client_id: emulator.options.clientId,
      id_token_hint: expect.stringMatching(/^eyJ/),
      post_logout_redirect_uri: `${url}/logout`,
      state: expect.stringMatching(/^1\./),
    })
    expect(browser.cookieNames()).toEqual([])
    await browser.call('/app').expect(401)
  })

  it('makes every copy of the cookie worthless, at once', async () => {
    const { browser, cookie, visitor } = await signedIn()
    await visitor().call('/app', { cookie }).expect(200)
    await browser.post('/logout', click).expect(303)
    const answer = await visitor().call('/app', { cookie }).expect(401)
    expect(answer.headers['set-cookie']).toBeUndefined()
    const shown = await visitor().call('/public', { cookie })
    const reason = isExpressSession ? 'no-session' : 'revoked'
    expect(shown.body).toEqual({ status: 'signed-out', reason })
  })

  it('does not end other sessions of the same person', async () => {
    const { browser, visitor } = await signedIn()
    const phone = visitor()
    await phone.signIn('/login?domain=acme.example', ada)
    await browser.post('/logout', click).expect(303)
    await phone.call('/app').expect(200)
  })

  it('answers a script where to go next, instead of a redirect it cannot follow', async () => {
    const { browser, emulator } = await signedIn()
    const me = await browser.call('/me')
    const headers = { 'X-CSRF-Token': me.body.csrfToken, Accept: '*/*' }
    const answer = await browser.post('/logout', headers).expect(200)
    expect(answer.body).toEqual({ status: 'signed-out', redirectTo: expect.any(String) })
    expect(answer.body.redirectTo).toContain(`${emulator.url}/oidc/logout`)
  })

  it('comes back to a safe place of the application', async () => {
    const { browser } = await signedIn()
    const answer = await browser.open('/logout?return_to=/goodbye', click).expect(302)
    const returned = await fetch(answer.headers.location!, { redirect: 'manual' })
    const landed = await browser.open(returned.headers.get('location')!).expect(302)
    expect(landed.headers.location).toBe('/goodbye')
  })

  it.each([
    ['no state', ''],
    ['a wrong state', 'state=wrong'],
    ['an address as state', 'state=https://evil.example'],
    ['an address to return to', 'return_to=https://evil.example'],
    ['its own address to return to', 'return_to=/logout'],
  ])('lands on the start page with %s', async (_what, query) => {
    const { visitor } = await start()
    const answer = await visitor().open(`/logout?${query}`).expect(302)
    expect(answer.headers.location).toBe('/')
  })

  it('does not follow a value sealed for another purpose', async () => {
    const { visitor, browser } = await signedIn()
    await browser.begin('/login?organization_id=acme')
    const state = browser.cookie(sessionCookie)!
    const answer = await visitor().open(`/logout?state=${state}`).expect(302)
    expect(answer.headers.location).toBe('/')
  })

  it('sends home who was not signed in', async () => {
    const { visitor } = await start()
    const answer = await visitor().post('/logout', click).expect(303)
    expect(answer.headers.location).toBe('/')
  })

  it.each([
    ['/goodbye', '/goodbye'],
    ['https://evil.example', '/'],
    ['//evil.example', '/'],
  ])(
    'still signs out here when Scalekit cannot be reached, and goes from %s to %s',
    async (asked, landed) => {
      const { cookie, emulator, url } = await signedIn()
      emulator.fail({ path: '/.well-known/openid-configuration', reset: true, times: 9 })
      const other = await start({ emulator, options: { baseUrl: url } })
      const answer = await other
        .visitor()
        .post(`/logout?return_to=${asked}`, { ...click, cookie })
        .expect(303)
      expect(answer.headers.location).toBe(landed)
      await other.visitor().call('/app', { cookie }).expect(401)
    },
  )

  it('has the browser forget the session where its end cannot be recorded, and says what that means', async () => {
    const store = memoryStore()
    const revocations = {
      ...store.revocations,
      write: () => Promise.reject(new Error('read only')),
    }
    const { browser, cookie, url, log } = await signedIn({
      options: { store: { ...store, revocations } },
    })
    const answer = await browser.open('/logout', click).expect(503)
    expect(answer.text).toContain('sign_out_incomplete')
    expect(answer.text).toContain('You are signed out in this browser only')
    await browser.call('/app').expect(401)
    // In a cookie, that is all: a copy goes on. What lies in a store is gone.
    if (!isExpressSession)
      expect((await fetch(`${url}/app`, { headers: { cookie } })).status).toBe(200)
    expect(log.at(-1)).toContain('`auth.revoke({ userId })` ends it')
  })

  it('is the same while nobody can tell whether the session is over', async () => {
    const store = failingStore()
    const { browser } = await signedIn({ options: { store: store.store } })
    store.is('refusing')
    await eventually(() => browser.call('/app').expect(503).then())
    const asked = await browser.open('/logout').expect(200)
    expect(asked.text).toContain('method="post"')
    const { body } = await browser.post('/logout', background)
    expect(body.code).toBe('sign_out_incomplete')
    store.is('well')
    await eventually(() => browser.call('/app').expect(401).then())
  })

  it('of another site is refused then, too', async () => {
    const store = failingStore()
    const { browser } = await signedIn({ options: { store: store.store } })
    store.is('refusing')
    await eventually(() => browser.call('/app').expect(503).then())
    await browser.post('/logout', { ...navigation, 'Sec-Fetch-Site': 'cross-site' }).expect(403)
    store.is('well')
    await eventually(() => browser.call('/app').expect(200).then())
  })

  it('goes without the hint when the tokens are out of reach', async () => {
    const store = memoryStore()
    const tokenStore = { ...store.tokenStore, get: () => Promise.reject(new Error('read failed')) }
    const { browser } = await signedIn({ options: { store: { ...store, tokenStore } } })
    const answer = await browser.post('/logout', click).expect(303)
    expect(new URL(answer.headers.location!).searchParams.has('id_token_hint')).toBe(false)
    await browser.call('/app').expect(401)
  })

  it('answers other methods with 405', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/logout`, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST'])
  })
})

describe('a sign-out that nobody asked for', () => {
  it.each([
    ['a form of another site', { ...navigation, 'Sec-Fetch-Site': 'cross-site' }],
    ['a form of a sister site', { ...navigation, 'Sec-Fetch-Site': 'same-site' }],
    ['a form of another site in an old browser', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['no word of where it comes from', {}],
    ['a wrong token', { ...click, 'X-CSRF-Token': 'A'.repeat(43) }],
  ])('by POST from %s is refused', async (_what, headers) => {
    const { browser } = await signedIn()
    const answer = await browser.post('/logout', headers).expect(403)
    expect(answer.text).toContain('cross_site_request')
    await browser.call('/app').expect(200)
  })

  it.each([
    ['a link on another site', { ...navigation, 'Sec-Fetch-Site': 'cross-site' }],
    ['a link on a sister site', { ...navigation, 'Sec-Fetch-Site': 'same-site' }],
    ['a link in a mail', navigation],
    ['an image', { ...click, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }],
    ['a frame', { ...click, 'Sec-Fetch-Dest': 'iframe' }],
    ['a prefetch', { ...click, 'Sec-Purpose': 'prefetch' }],
    ['a service worker, which does not tell pages from frames', handedOn],
    ['an old browser', { Accept: 'text/html', 'Sec-Fetch-Mode': '', 'Sec-Fetch-Site': '' }],
  ])('by GET from %s only asks', async (_what, headers) => {
    const { browser } = await signedIn()
    const answer = await browser.open('/logout?return_to=/bye', headers).expect(200)
    expect(answer.text).toContain('action="/logout?return_to=%2Fbye"')
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    await browser.call('/app').expect(200)
  })

  it.each([
    ['a form of this site', { ...navigation, 'Sec-Fetch-Site': 'same-origin' }],
    ['a form of this site in an old browser', { Accept: 'text/html' }],
  ])('is none by POST from %s', async (_what, headers) => {
    const { browser, url } = await signedIn()
    await browser.post('/logout', { ...headers, Origin: url }).expect(303)
    await browser.call('/app').expect(401)
  })
})

describe('a token against cross-site requests', () => {
  it('is taken while the secret that made it still opens cookies', async () => {
    const [old, fresh] = [
      'old secret of at least 32 characters',
      'new secret of at least 32 characters',
    ]
    const host = { store: new MemoryStore() }
    const before = await signedIn({ ...host, options: { secret: old! } })
    const { body } = await before.browser.call('/me')
    const rotated = await start({
      ...host,
      emulator: before.emulator,
      options: { baseUrl: before.url, secret: [fresh!, old!] },
    })
    const headers = { cookie: before.cookie, 'X-CSRF-Token': body.csrfToken }
    await rotated.visitor().post('/logout', headers).expect(200)
  })
})

describe('auth.logout and auth.login', () => {
  it('serve routes of the application', async () => {
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/enter', (req, res, next) => {
          auth.login(req, res, { organizationId: 'acme', returnTo: '/app' }).catch(next)
        })
        app.use('/leave', (req, res, next) => {
          auth.logout(req, res, { returnTo: '/bye' }).catch(next)
        })
        app.use('/app', auth.requireAuth())
        app.use('/app', (_req, res) => void res.end('in'))
      },
    })
    const browser = application.visitor()
    const back = await browser.signIn('/enter', ada)
    expect(back.headers.location).toBe('/app')
    await browser.open('/app').expect(200)
    const out = await browser.open('/leave').expect(302)
    expect(out.headers.location).toContain('/oidc/logout')
    await browser.call('/app').expect(401)
  })

  it('sign out here alone where the application says so', async () => {
    const application = await start({
      seed: { product: 'full-stack' },
      mount(app, auth) {
        app.use(auth)
        app.use('/leave', (req, res, next) => {
          auth.logout(req, res, { local: true, returnTo: '/bye' }).catch(next)
        })
        app.use('/app', auth.requireAuth())
        app.use('/app', (_req, res) => void res.end('in'))
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?organization_id=acme', ada)
    const asked = application.emulator.requests.length
    const out = await browser.open('/leave').expect(302)
    expect(out.headers.location).toBe('/bye')
    await browser.call('/app').expect(401)
    expect(application.emulator.requests.slice(asked)).toEqual([])
    expect(application.emulator.sessions).toHaveLength(1)
  })

  it.each([undefined, 'other.example'])(
    'reject for what /login would refuse, at the host %s',
    async (Host) => {
      const application = await start({
        mount(app, auth) {
          app.use('/enter', (req, res, next) => {
            auth.login(req, res, { provider: 'google' }).catch(next)
          })
        },
      })
      const headers = Host === undefined ? {} : { Host }
      const answer = await application.visitor().open('/enter', headers).expect(400)
      expect(answer.body.code).toBe('provider_not_allowed')
    },
  )

  it('begin on a host that baseUrl names, as the cookie would not come back to another', async () => {
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/enter', (req, res, next) => {
          auth.login(req, res, { organizationId: 'acme', returnTo: '/app?a=b' }).catch(next)
        })
      },
    })
    const browser = application.visitor()
    const sent = await browser.open('/enter', { Host: 'other.example' }).expect(302)
    const query = 'organization_id=acme&return_to=%2Fapp%3Fa%3Db&redirected=1'
    expect(sent.headers.location).toBe(`${application.url}/login?${query}`)
    expect(sent.headers['set-cookie']).toBeUndefined()
    const back = await browser.signIn(`/login?${query}`, ada)
    expect(back.headers.location).toBe('/app?a=b')
  })
})
