import type { IncomingMessage, ServerResponse } from 'node:http'
import express from 'express'
import express4 from 'express4'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Middleware, ScalekitAuth, ScalekitAuthOptions } from '../../src/index.ts'
import { type Emulator, signIn, startEmulator } from '../../src/testing.ts'
import {
  type ApplicationParts,
  type ServedParts,
  serveApplication,
  showPrincipal,
} from '../support/application.ts'
import { createHost, type HostApp } from '../support/hosts.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { start } from '../support/start.ts'
import { deliver, webhookSecret } from '../support/webhook.ts'

/** Ways of mounting the kit; `app` is where the guarded page is. */
const mounts: readonly {
  readonly name: string
  readonly parts: Omit<ApplicationParts, 'mount'>
  mount(app: HostApp, auth: ScalekitAuth): void
  readonly base: string
  readonly only?: string
}[] = [
  { name: 'at the root', base: '', parts: {}, mount: (app, auth) => app.use(auth) },
  {
    name: 'at the root with a base path',
    base: '/auth',
    parts: { options: { basePath: '/auth' }, callback: '/auth/callback', logout: '/auth/logout' },
    mount: (app, auth) => app.use(auth),
  },
  {
    name: 'under /auth, with the session on every other path',
    base: '/auth',
    parts: { options: { basePath: '/auth' }, callback: '/auth/callback', logout: '/auth/logout' },
    mount(app, auth) {
      app.use('/auth', auth)
      app.use(auth.session())
    },
  },
  {
    name: 'each route alone, under names of their own',
    base: '',
    parts: {
      options: {
        paths: { login: '/enter', callback: '/sso/back', logout: '/leave', me: '/who' },
      },
      callback: '/sso/back',
      logout: '/leave',
    },
    mount(app, auth) {
      app.use('/enter', auth.routes.login)
      app.use('/sso/back', auth.routes.callback)
      app.use('/leave', auth.routes.logout)
      app.use('/who', auth.routes.me)
      app.use(auth.session())
    },
  },
]

describe('mounted', () => {
  it.each(mounts)('$name, the whole path works', async ({ parts, mount, base }) => {
    const { visitor, url, emulator } = await start({
      ...parts,
      mount(app, auth) {
        mount(app, auth)
        app.use('/app', auth.requireAuth())
        app.use('/app', showPrincipal)
      },
    })
    await walk(visitor(), { url, emulatorUrl: emulator.url, names: namesOf(parts, base) })
  })
})

describe.each([
  ['Express 5', express, express.Router],
  ['Express 4', express4, express4.Router],
] as const)('on %s, inside a Router', (_host, create, createRouter) => {
  it('the whole path works, with guards inside and outside of it', async () => {
    const { visitor, url, emulator } = await start({
      host: () => create() as unknown as HostApp,
      options: { basePath: '/tenant/auth' },
      callback: '/tenant/auth/callback',
      logout: '/tenant/auth/logout',
      mount(app, auth) {
        const router = createRouter()
        router.use(auth)
        const outer = createRouter()
        outer.use('/auth', router as never)
        app.use('/tenant', outer as unknown as Middleware)
        app.use(auth.session())
        app.use('/app', auth.requireAuth())
        app.use('/app', showPrincipal)
      },
    })
    const names = namesOf({}, '/tenant/auth')
    await walk(visitor(), { url, emulatorUrl: emulator.url, names })
  })
})

function namesOf({ options }: ApplicationParts, base: string) {
  const {
    login = '/login',
    callback = '/callback',
    logout = '/logout',
    me = '/me',
  } = options?.paths ?? {}
  return { login: base + login, callback: base + callback, logout: base + logout, me: base + me }
}

/** Refused at the guard, sent to sign in, back where it wanted to go, known, signed out. */
async function walk(
  browser: import('../support/visitor.ts').Visitor,
  at: { url: string; emulatorUrl: string; names: ReturnType<typeof namesOf> },
) {
  const { url, names } = at
  const refused = await browser.open('/app?x=1').expect(302)
  expect(refused.headers.location).toBe(`${names.login}?return_to=%2Fapp%3Fx%3D1`)

  const loginUrl = `${refused.headers.location}&organization_id=acme`
  const authorizeUrl = await browser.begin(loginUrl)
  expect(authorizeUrl.searchParams.get('redirect_uri')).toBe(url + names.callback)
  const back = await browser.signIn(loginUrl, 'ada@acme.example')
  expect(back.headers.location).toBe('/app?x=1')
  await browser.open('/app?x=1').expect(200)

  const me = await browser.call(names.me).expect(200)
  expect(me.body).toMatchObject({
    status: 'signed-in',
    loginUrl: names.login,
    logoutUrl: names.logout,
  })

  const out = await browser.post(names.logout, { 'X-CSRF-Token': me.body.csrfToken }).expect(200)
  const away = new URL(out.body.redirectTo)
  expect(away.origin).toBe(at.emulatorUrl)
  expect(away.searchParams.get('post_logout_redirect_uri')).toBe(url + names.logout)
  const returned = await fetch(away, { redirect: 'manual' })
  const landed = await browser.open(returned.headers.get('location')!).expect(302)
  expect(landed.headers.location).toBe('/')
  await browser.call('/app').expect(401)
}

describe('a kit mounted below a path', () => {
  it('is there in another case of it, too, as frameworks have it', async () => {
    const { visitor, emulator } = await start({
      options: { basePath: '/auth' },
      mount: (app, auth) => app.use('/auth', auth),
    })
    const browser = visitor()
    const authorizeUrl = await browser.begin('/AUTH/login?organization_id=acme')
    expect(authorizeUrl.origin).toBe(emulator.url)
    await browser.call('/Auth/me').expect(200)
  })
})

describe('a kit mounted below a guard', () => {
  it('says so, and sends nobody around in a circle', async () => {
    const { visitor } = await start({
      options: { basePath: '/auth' },
      mount(app, auth) {
        app.use(auth.session())
        app.use(auth.requireAuth())
        app.use('/auth', auth)
      },
    })
    const browser = visitor()
    const { headers } = await browser.open('/page').expect(302)
    const answer = await browser.open(headers.location!).expect(500)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'not_mounted' })
    expect(answer.body.message).toContain('/auth/login')
  })
})

describe('a kit mounted somewhere else than it was told', () => {
  it('says so, naming both places', async () => {
    const { visitor } = await start({
      options: { basePath: '/auth' },
      mount: (app, auth) => app.use('/elsewhere', auth),
    })
    const answer = await visitor().open('/elsewhere/login').expect(500)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'base_path_mismatch' })
    expect(answer.body.message).toContain('/elsewhere/login')
    expect(answer.body.message).toContain('/auth/login')
  })

  it.each(['/elsewhere', '/elsewhere/'])(
    'says so if it was told nothing, too: %s',
    async (path) => {
      const { visitor } = await start({ mount: (app, auth) => app.use(path, auth) })
      const answer = await visitor().open('/elsewhere/login').expect(500)
      expect(answer.body).toMatchObject({ handledBy: 'application', code: 'base_path_mismatch' })
    },
  )

  it.runIf(isConnect)(
    'in an application that is mounted itself has a line in the log',
    async () => {
      const { visitor, log } = await start({
        mount(app, auth) {
          const inner = createHost()
          inner.use(auth)
          app.use('/elsewhere', inner)
        },
      })
      await visitor().open('/elsewhere/me')
      await visitor().open('/elsewhere/login')
      const lines = log.filter((line) => line.includes('base_path_mismatch'))
      expect(lines).toHaveLength(1)
    },
  )

  it.each(['login', 'callback', 'logout', 'me'] as const)(
    'says so for the %s route alone',
    async (name) => {
      const { visitor } = await start({
        mount: (app, auth) => app.use('/elsewhere', auth.routes[name]),
      })
      const answer = await visitor().open('/elsewhere').expect(500)
      expect(answer.body).toMatchObject({ handledBy: 'application', code: 'base_path_mismatch' })
    },
  )

  it('leaves the application its own paths of the same names', async () => {
    const { visitor } = await start({
      options: { basePath: '/auth' },
      mount(app, auth) {
        app.use(auth)
        app.use('/login', showPrincipal)
      },
    })
    await visitor().open('/login').expect(200)
  })
})

describe('a route of the kit', () => {
  const handled = { secret: webhookSecret, onDirectoryUserCreated() {} }

  it.each(['/login/', '/LOGIN', '/Login/'])('is there as %s, too', async (path) => {
    const { visitor, emulator } = await start()
    const authorizeUrl = await visitor().begin(`${path}?organization_id=acme`)
    expect(authorizeUrl.origin).toBe(emulator.url)
  })

  it.each(['/webhooks/', '/WebHooks'])('takes deliveries at %s, too', async (path) => {
    const { url } = await start({ options: { webhooks: handled } })
    await deliver(url, { path }).expect(201)
  })

  it('takes deliveries with a slash at the end behind a parser, too', async () => {
    const { url } = await start({
      options: { webhooks: handled },
      mount(app, auth) {
        app.use(express.json() as unknown as Middleware)
        app.use(auth)
      },
    })
    await deliver(url, { path: '/webhooks/' }).expect(201)
  })

  it('leaves the application what has more behind it', async () => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/login/help', showPrincipal)
        app.use('/loginhelp', showPrincipal)
        app.use('/me//', showPrincipal)
      },
    })
    await visitor().call('/login/help').expect(200)
    await visitor().call('/loginhelp').expect(200)
    await visitor().call('/me//').expect(200)
  })

  it.each(['/login/', '/LOGIN'])('is not guarded in a circle as %s', async (path) => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth.session())
        app.use(auth.requireAuth())
        app.use(auth)
      },
    })
    const answer = await visitor().open(path).expect(500)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'not_mounted' })
  })
})

const isConnect = process.env.TEST_HOST === 'Connect'

/** Takes a language off the path, or puts the default one in front, as i18n middleware does. */
const withoutLanguage: Middleware = (req, _res, next) => {
  if (req.url?.startsWith('/de/')) req.url = req.url.slice(3)
  next()
}
const withLanguage: Middleware = (req, _res, next) => {
  req.url = `/en${req.url}`
  next()
}

describe('behind middleware that rewrites `req.url`', () => {
  it('without the language, the whole path works from the address that the browser asked for', async () => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(withoutLanguage)
        app.use(auth)
        app.use('/app', auth.requireAuth())
        app.use('/app', showPrincipal)
      },
    })
    const browser = visitor()
    const refused = await browser.open('/de/app?x=1').expect(302)
    expect(refused.headers.location).toBe('/login?return_to=%2Fde%2Fapp%3Fx%3D1')
    const loginUrl = `/de${refused.headers.location}&organization_id=acme`
    const back = await browser.signIn(loginUrl, 'ada@acme.example')
    expect(back.headers.location).toBe('/de/app?x=1')
    await browser.open('/de/app?x=1').expect(200)
    const me = await browser.call('/de/me').expect(200)
    expect(me.body.status).toBe('signed-in')
    await browser.call('/de/organizations').expect(200)
  })

  it('the first request of all may be a rewritten one', async () => {
    const { visitor, emulator } = await start({
      mount(app, auth) {
        app.use(withoutLanguage)
        app.use(auth)
      },
    })
    const authorizeUrl = await visitor().begin('/de/login?organization_id=acme')
    expect(authorizeUrl.origin).toBe(emulator.url)
  })

  it('with a language in front, the kit’s routes are where the browser asks for them', async () => {
    const { visitor, emulator } = await start({
      mount(app, auth) {
        app.use(withLanguage)
        app.use(auth)
      },
    })
    const authorizeUrl = await visitor().begin('/login?organization_id=acme')
    expect(authorizeUrl.origin).toBe(emulator.url)
  })

  it('a route that is mounted alone works, too', async () => {
    const { visitor, emulator } = await start({
      mount(app, auth) {
        app.use(withoutLanguage)
        app.use(auth.session())
        app.use('/login', auth.routes.login)
      },
    })
    const authorizeUrl = await visitor().begin('/de/login?organization_id=acme')
    expect(authorizeUrl.origin).toBe(emulator.url)
  })

  it('the application has its own pages of the kit’s names, from the first request on', async () => {
    const { visitor } = await start({
      options: { basePath: '/auth' },
      mount(app, auth) {
        app.use(withoutLanguage)
        app.use(auth)
        app.use('/login', showPrincipal)
      },
    })
    await visitor().open('/de/login').expect(200)
  })

  it('a kit that is mounted somewhere else than it was told still says so', async () => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(withoutLanguage)
        app.use('/elsewhere', auth)
      },
    })
    const answer = await visitor().open('/de/elsewhere/login').expect(500)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'base_path_mismatch' })
  })
})

/** A framework behind a proxy that takes `/portal` off every path and answers nothing else. */
function behindProxy(): HostApp {
  const app = createHost()
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    const rest = req.url!.startsWith('/portal') ? req.url!.slice('/portal'.length) : undefined
    if (rest === undefined) {
      res.writeHead(502).end('another application')
      return
    }
    req.url = rest.startsWith('/') ? rest : `/${rest}`
    app(req, res)
  }
  return Object.assign(serve, { use: app.use.bind(app) }) as HostApp
}

describe('behind a proxy that takes a path off, with that path in `baseUrl`', () => {
  async function startBehindProxy(options: ScalekitAuthOptions = {}, parts: ServedParts = {}) {
    let emulator!: Emulator
    const application = await serveApplication({ host: behindProxy, ...parts }, async (url) => {
      emulator = await startEmulator({
        redirectUris: [`${url}/portal/callback`],
        postLogoutRedirectUris: [`${url}/portal/logout`],
      })
      return { ...emulator.options, baseUrl: `${url}/portal`, ...options }
    })
    onTestFinished(async () => {
      await application.close()
      await emulator.close()
    })
    return { ...application, emulator }
  }

  it('the whole path works', async () => {
    const { visitor, url, emulator } = await startBehindProxy()
    const browser = visitor()
    const refused = await browser.open('/portal/app?x=1').expect(302)
    expect(refused.headers.location).toBe('/portal/login?return_to=%2Fportal%2Fapp%3Fx%3D1')
    const loginUrl = `${refused.headers.location}&organization_id=acme`
    const authorizeUrl = await browser.begin(loginUrl)
    expect(authorizeUrl.searchParams.get('redirect_uri')).toBe(`${url}/portal/callback`)
    const back = await browser.signIn(loginUrl, 'ada@acme.example')
    expect(back.headers.location).toBe('/portal/app?x=1')
    const me = await browser.call('/portal/me').expect(200)
    expect(me.body).toMatchObject({
      status: 'signed-in',
      loginUrl: '/portal/login',
      logoutUrl: '/portal/logout',
    })
    const headers = { 'X-CSRF-Token': me.body.csrfToken }
    const out = await browser.post('/portal/logout', headers).expect(200)
    const away = await fetch(out.body.redirectTo, { redirect: 'manual' })
    const landed = await browser.open(away.headers.get('location')!).expect(302)
    expect(landed.headers.location).toBe('/portal/')
    expect(emulator.warnings).toEqual([])
  })

  it('a sign-in that names no page ends at the application’s, as does a lost one', async () => {
    const { visitor } = await startBehindProxy()
    const back = await visitor().signIn('/portal/login?organization_id=acme', 'ada@acme.example')
    expect(back.headers.location).toBe('/portal/')
    const browser = visitor()
    const lost = await browser.open('/portal/callback?code=c&state=s').expect(302)
    expect(lost.headers.location).toBe('/portal/login?restart=1')
  })

  it('the pages of the kit lead to itself', async () => {
    const { visitor } = await startBehindProxy()
    const browser = visitor()
    const asked = await browser.open('/portal/login').expect(200)
    expect(asked.text).toContain('action="/portal/login"')
    await browser.signIn('/portal/login?organization_id=acme', 'ada@acme.example')
    const { text } = await browser
      .open('/portal/logout', { 'Sec-Fetch-Site': 'cross-site' })
      .expect(200)
    expect(text).toContain('action="/portal/logout"')
  })

  it('a browser at another host is sent to the same page', async () => {
    const { visitor, url } = await startBehindProxy()
    const { headers } = await visitor()
      .open('/portal/login?organization_id=acme', { Host: 'other.example' })
      .expect(302)
    expect(headers.location).toBe(`${url}/portal/login?organization_id=acme&redirected=1`)
  })

  it('webhooks come to it', async () => {
    const webhooks = { secret: webhookSecret, onDirectoryUserCreated() {} }
    const { url } = await startBehindProxy({ webhooks })
    await deliver(url, { path: '/portal/webhooks' }).expect(201)
  })

  // With the application's own `express-session`, this takes the application.
  it.skipIf(isExpressSession)('and tests sign in', async () => {
    const { auth, visitor } = await startBehindProxy()
    const { headers } = await signIn(auth, 'ada@acme.example')
    const { body } = await visitor().call('/portal/app', headers).expect(200)
    expect(body.user.email).toBe('ada@acme.example')
  })

  it('a proxy that takes nothing off is told what to write', async () => {
    const { visitor } = await startBehindProxy({}, { host: createHost })
    const answer = await visitor().open('/portal/login').expect(500)
    expect(answer.body.code).toBe('base_path_mismatch')
  })
})
