import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { AccessError, type ErrorPage, LoginError, type Next } from '../../../../src/index.ts'
import type { PageOptions } from '../../../../src/lib/config/page-options.ts'
import { emulatorWebhookSecret } from '../../../../src/lib/ground/sample-secrets.ts'
import type { ApplicationParts } from '../../../support/application.ts'
import type { HandledError } from '../../../support/hosts.ts'
import { answerWith } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'

const [ada, alan] = ['ada@acme.example', 'alan@acme.example']
const globex = 'org_70087756662964366'

/** An application with a start page for admins alone, and what its error handler got. */
async function startWith(pages: PageOptions, options: ApplicationParts['options'] = {}) {
  const handled: HandledError[] = []
  const application = await start({
    options: { pages, webhooks: { secret: emulatorWebhookSecret }, ...options },
    mount(app, auth) {
      app.use(auth)
      app.use(auth.requireRole('admin'))
      app.use((error: HandledError, _req: IncomingMessage, res: ServerResponse, _next: Next) => {
        handled.push(error)
        res.statusCode = error.status ?? 500
        res.end('a page of the application')
      })
    },
  })
  const browser = application.visitor()
  return { ...application, browser, handled }
}

/** What links and buttons of a page lead to. */
function waysOn(text: string): string[] {
  const ways = text.matchAll(/(?:href|action)="([^"]+)"/g)
  return [...ways].map(([, url]) => url!.replaceAll('&amp;', '&'))
}

describe('a refusal', () => {
  it('says who is signed in, and leads to other pages than itself', async () => {
    const { browser } = await startWith({ supportUrl: 'https://help.example/' })
    await browser.signIn('/login?domain=acme.example', alan)
    const { text } = await browser.open('/').expect(403)
    expect(text).toContain(`You are signed in as <bdi><b>${alan}</b></bdi>.`)
    const other = '/login?prompt=select_account&return_to=%2F'
    expect(waysOn(text)).toEqual([other, '/logout', 'https://help.example/'])
    expect(waysOn((await browser.open('/reports').expect(403)).text)).toContain('/')
  })

  it('offers the other organizations of this browser by their names', async () => {
    const { browser } = await startWith({})
    const grace = 'grace@acme.example'
    await browser.signIn(`/login?organization_id=${globex}`, grace)
    await browser.signIn('/login?domain=acme.example', grace)
    const { text } = await browser.open('/reports?tab=1').expect(403)
    expect(text).toContain('>Switch to Globex</a>')
    expect(waysOn(text)).toContain(
      `/login?organization_id=${globex}&prompt=select_account&return_to=%2Freports%3Ftab%3D1`,
    )
  })

  it('leads by the email page where Scalekit has no page for accounts', async () => {
    const application = await start({
      seed: { product: 'sso' },
      mount(app, auth) {
        app.use(auth)
        app.use(auth.requireRole('owner'))
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', alan)
    const { text } = await browser.open('/reports').expect(403)
    const other = waysOn(text).find((url) => url.startsWith('/login'))!
    expect(other).toBe('/login?prompt=login&return_to=%2Freports')
    expect((await browser.open(other).expect(200)).text).toContain('<h1>Sign in</h1>')
  })

  it('tells the message of onLogin, escaped, and not the reason', async () => {
    const deny = { reason: 'secret reason', message: '<b>Seats</b> are taken.' }
    const { browser } = await startWith({}, { login: { onLogin: () => ({ deny }) } })
    const { text } = await browser.trySignIn('/login?domain=acme.example&return_to=/a', ada)
    expect(text).toContain('<p><bdi>&lt;b&gt;Seats&lt;/b&gt; are taken.</bdi></p>')
    expect(text).not.toContain('secret reason')
    // The same user would be refused again.
    expect(waysOn(text)).toEqual(['/login?prompt=login&return_to=%2Fa', '/'])
  })
})

describe('a user whom their organization removed', () => {
  async function removed(pages: PageOptions = {}) {
    const application = await startWith(pages)
    const { emulator, url, browser } = application
    emulator.subscribe({ url: `${url}/webhooks` })
    await browser.signIn('/login?domain=acme.example', ada)
    await browser.open('/app').expect(404)
    const directory = emulator.directory(emulator.organizations[0]!.directory!.id)
    directory.updateUser(directory.users.find(({ email }) => email === ada)!.id, { active: false })
    await emulator.settled()
    return application
  }
  const sentence = 'Your organization ended your session.'

  it('reads that on the page that asks them to sign in', async () => {
    const { browser } = await removed()
    const { headers } = await browser.open('/app').expect(302)
    expect((await browser.open(headers.location!).expect(200)).text).toContain(sentence)
  })

  it('reads it where the identity provider refuses them, too', async () => {
    const { browser } = await removed()
    const { text } = await browser.open('/callback?error=access_denied').expect(403)
    expect(text).toContain(sentence)
  })

  it('is told by the cookie of the ended session alone', async () => {
    const { visitor, browser } = await removed()
    const link = '/login?notice=removed&reason=removed&removed=1'
    expect((await visitor().open(link)).text).not.toContain(sentence)
    // Another user in this browser has a session of their own.
    await browser.signIn('/login?domain=acme.example', alan)
    expect((await browser.open(link)).text).not.toContain(sentence)
  })

  it('is told apart from one whose session the application revoked, and from a sign-out', async () => {
    const { auth, browser } = await startWith({})
    await browser.signIn('/login?domain=acme.example', ada)
    const { body } = await browser.call('/me')
    await auth.revoke({ userId: body.user.id, organizationId: body.organizationId })
    await browser.call('/me').expect(200, /signed-out/)
    expect((await browser.open('/login')).text).not.toContain(sentence)
  })

  it('is told to the application’s own email page', async () => {
    const email: PageOptions['email'] = ({ notice, texts }, _req, res) => {
      res.setHeader('Content-Type', 'text/plain; charset=utf-8')
      res.end(notice ? texts[notice] : 'no notice')
    }
    const { browser, visitor } = await removed({ email })
    expect((await browser.open('/login')).text).toContain(sentence)
    const german = await browser.open('/login', { 'Accept-Language': 'de' })
    expect(german.text).toContain('Ihre Organisation hat Ihre Sitzung beendet.')
    expect((await visitor().open('/login')).text).toBe('no notice')
  })
})

describe('a page', () => {
  it.each([
    ['de-AT, en;q=0.9', 'de'],
    ['fr, de;q=0.5, en;q=0.4', 'de'],
    ['en;q=0.4, de;q=0.5', 'de'],
    ['de;q=0, en', 'en'],
    ['DE', 'de'],
    ['deutsch', 'en'],
    ['', 'en'],
    [`${'xx,'.repeat(3000)}de`, 'en'],
  ])('speaks the best known of the languages %j', async (accepted, lang) => {
    const { browser } = await startWith({})
    const { text, headers } = await browser.open('/login?prompt=now', {
      'Accept-Language': accepted,
    })
    expect(text).toContain(`<html lang="${lang}">`)
    expect(headers.vary).toMatch(/\bAccept-Language\b/)
  })

  it('speaks the languages that its sign-in was begun with, at its end, too', async () => {
    const { browser } = await startWith({})
    const english = { 'Accept-Language': 'en' }
    const ui = 'ui_locales=fr%20de'
    expect((await browser.open(`/login?${ui}`, english)).text).toContain('<html lang="de">')
    const begun = await browser.begin(`/login?${ui}&domain=acme.example`)
    const { text } = await browser.open(await answerWith(begun.href, 'denied'), english)
    expect(text).toContain('Sie haben die Anmeldung abgebrochen')
    expect(waysOn(text)[0]).toContain('&ui_locales=fr+de')
  })

  it('speaks the one language that the application fixes, or chooses for a request', async () => {
    const german = { 'Accept-Language': 'de' }
    const { browser } = await startWith({ language: 'en' })
    const fixed = await browser.open('/login', german)
    expect(fixed.text).toContain('<html lang="en">')
    expect(fixed.headers.vary).not.toMatch(/Accept-Language/)
    const language = ({ url }: IncomingMessage) => (url?.includes('lang=en') ? 'en' : undefined)
    const chosen = await startWith({ language })
    expect((await chosen.browser.open('/login?lang=en', german)).text).toContain('lang="en"')
    expect((await chosen.browser.open('/login', german)).text).toContain('lang="de"')
  })

  it('has the name and the logo of the application, and may load no other image', async () => {
    const { browser } = await startWith({
      name: 'A&B',
      logoUrl: 'https://cdn.example/a;b,c.svg?v=1',
    })
    const { text, headers } = await browser.open('/login?prompt=now')
    expect(text).toContain('<title>This link is not valid · A&amp;B</title>')
    expect(text).toContain('<img src="https://cdn.example/a;b,c.svg?v=1" alt="A&amp;B">')
    expect(headers['content-security-policy']).toContain(
      '; img-src https://cdn.example/a%3Bb%2Cc.svg; ',
    )
    const own = await startWith({ name: 'A', logoUrl: '/logo.svg' })
    const policy = (await own.browser.open('/login')).headers['content-security-policy']
    expect(policy).toContain("; img-src 'self'; ")
  })

  it('is mirrored for a script from right to left, and keeps addresses as they are', async () => {
    const texts = { ar: { dir: 'rtl' } } as const
    const { browser } = await startWith({ texts, language: 'ar' })
    await browser.signIn('/login?domain=acme.example', alan)
    const { text } = await browser.open('/').expect(403)
    expect(text).toContain('<html lang="ar" dir="rtl">')
    expect(text).toContain(`<bdi><b>${alan}</b></bdi>`)
  })
})

describe('pages.error', () => {
  it('answers in place of the page, with its status and headers', async () => {
    const error: PageOptions['error'] = (problem, _req, res) => {
      res.setHeader('Content-Type', 'application/json')
      res.end(JSON.stringify(problem))
    }
    const { browser } = await startWith({ error, supportUrl: '/help' })
    await browser.signIn('/login?domain=acme.example', alan)
    const { body, headers } = await browser.open('/reports').expect(403)
    expect(body satisfies ErrorPage).toMatchObject({
      code: 'role_required',
      status: 403,
      title: 'You do not have access',
      lang: 'en',
      signedIn: { email: alan, organizationId: expect.stringMatching(/^org_/) },
    })
    const kinds = body.ways.map(({ kind }: { kind: string }) => kind)
    expect(kinds).toEqual(['other-account', 'home', 'sign-out', 'help'])
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "frame-ancestors 'none'",
    })
    const failed = await browser.open('/callback?error=server_error').expect(502)
    expect(failed.body).toMatchObject({ code: 'provider_failed', reference: 'server_error' })
    // Programs get JSON of the kit.
    expect((await browser.call('/reports').expect(403)).body.detail).toBeDefined()
  })

  it('that fails gives way to the kit’s page, and the log says why', async () => {
    const error = async (_problem: ErrorPage, _req: IncomingMessage, res: ServerResponse) => {
      res.statusCode = 200
      res.setHeader('Content-Security-Policy', 'script-src *')
      throw new Error('no template')
    }
    const { browser, log } = await startWith({ error })
    const { text, headers } = await browser.open('/login?prompt=now').expect(400)
    expect(text).toContain('<h1>This link is not valid</h1>')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/)
    expect(log.join()).toContain(
      'error `pages.error` failed, so the kit’s page is sent: "Error: no template"',
    )
  })

  it('that breaks off in the middle is broken off', async () => {
    const error = (_problem: ErrorPage, _req: IncomingMessage, res: ServerResponse) => {
      res.write('half a page')
      throw new Error('template failed')
    }
    const { browser } = await startWith({ error })
    await expect(Promise.resolve(browser.open('/login?prompt=now'))).rejects.toThrow(
      /aborted|hang up/,
    )
  })
})

describe('pages.errors: "next"', () => {
  it('hands refusals to the error handler as a guard’s own option does', async () => {
    const { browser, handled } = await startWith({ errors: 'next' })
    await browser.signIn('/login?domain=acme.example', alan)
    const { text, headers } = await browser.open('/reports').expect(403)
    expect(text).toBe('a page of the application')
    expect(headers['cache-control']).toBe('no-store')
    expect(handled).toEqual([expect.any(AccessError)])
    expect(handled[0]).toMatchObject({ code: 'role_required', status: 403 })
  })

  it('hands what fails in the kit’s own routes to it, with the way to sign in', async () => {
    const { browser, handled } = await startWith({ errors: 'next' })
    const begun = await browser.begin('/login?domain=acme.example&return_to=/a')
    await browser.open(await answerWith(begun.href, 'denied')).expect(400)
    expect(handled).toEqual([expect.any(LoginError)])
    expect(handled[0]).toMatchObject({
      code: 'login_cancelled',
      loginUrl: expect.stringMatching(/^\/login\?.*return_to=%2Fa$/),
    })
  })

  it('leaves the way to a sign-in, and what programs get, to the kit', async () => {
    const { browser, handled } = await startWith({ errors: 'next' })
    const { headers } = await browser.open('/reports').expect(302)
    expect(headers.location).toMatch(/^\/login\?/)
    expect((await browser.call('/reports').expect(401)).body.code).toBe('not_signed_in')
    expect(handled).toEqual([])
  })
})
