import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../../src/index.ts'
import { english } from '../../../../src/lib/config/texts/english.ts'
import {
  givenAddress,
  hiddenFields,
  providerLinks,
  submitted,
} from '../../../support/email-page.ts'
import { eventually } from '../../../support/eventually.ts'
import type { HandledError } from '../../../support/hosts.ts'
import { start } from '../../../support/start.ts'
import { background, navigation } from '../../../support/visitor.ts'

const social: ScalekitAuthOptions = { login: { providers: ['google', 'microsoft'] } }

/** The page that `/login?query` answers. */
async function ask(query: string, options: ScalekitAuthOptions = {}) {
  const { visitor } = await start({ options })
  return visitor().open(`/login?${query}`).expect(200)
}

describe('the email page', () => {
  it('asks whoever names nothing, and begins nothing yet', async () => {
    const { visitor, emulator } = await start()
    const { text, headers } = await visitor().open('/login').expect(200)
    expect(text).toContain('<h1>Sign in</h1>')
    expect(givenAddress(text)).toBe('')
    expect(hiddenFields(text)).toEqual([])
    expect(headers['set-cookie']).toBeUndefined()
    expect(emulator.requests).toEqual([])
  })

  it('has one field that browsers know, with a name', async () => {
    const { text } = await ask('')
    const [, id] = /<label for="([^"]+)">[^<]+<\/label>/.exec(text)!
    const [field] = /<input id="email"[^>]*>/.exec(text)!
    expect(id).toBe('email')
    expect(field).toMatch(/ type="email" /)
    expect(field).toMatch(/ autocomplete="username" /)
    expect(text.match(/<input (?!type="hidden")/g)).toHaveLength(1)
  })

  it('runs no script, is kept nowhere, and cannot be framed', async () => {
    const { text, headers } = await ask('')
    expect(text).not.toMatch(/<script|javascript:|\son[a-z]+=/i)
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    })
  })

  it('keeps every other parameter', async () => {
    const { text } = await ask('return_to=/app?a=1%26b&prompt=login&restart=1&utm=x', social)
    const kept = { prompt: 'login', return_to: '/app?a=1&b', restart: '1' }
    expect(Object.fromEntries(hiddenFields(text))).toEqual(kept)
    for (const link of providerLinks(text)) {
      const { provider, ...others } = Object.fromEntries(new URL(link, 'http://app').searchParams)
      expect(others).toEqual(kept)
      expect(social.login!.providers).toContain(provider)
    }
  })

  it('keeps the place that another site asks for', async () => {
    const { visitor, url } = await start()
    const { text } = await visitor().open(`/login?target_link_uri=${url}/app`).expect(200)
    expect(hiddenFields(text)).toEqual([['return_to', '/app']])
  })

  it('offers the social providers that the application names, and no other', async () => {
    expect(providerLinks((await ask('')).text)).toEqual([])
    const { text } = await ask('', social)
    expect(providerLinks(text)).toEqual(['/login?provider=google', '/login?provider=microsoft'])
    expect(text).toContain('Continue with Google')
  })

  it('says that a domain is unknown, with 200 and the address still there', async () => {
    const { text } = await ask('login_hint=somebody@nowhere.example&return_to=/app', social)
    expect(text).toContain('We couldn’t find single sign-on for this email')
    expect(text).toMatch(/ aria-invalid="true" aria-describedby="problem"/)
    expect(givenAddress(text)).toBe('somebody@nowhere.example')
    expect(hiddenFields(text)).toEqual([['return_to', '/app']])
    expect(providerLinks(text)).toHaveLength(2)
  })

  it('says that single sign-on is switched off', async () => {
    const organizations = [
      { displayName: 'Acme', domains: ['acme.example'], connection: { enabled: false } },
    ]
    const { visitor } = await start({ seed: { organizations } })
    const { text } = await visitor().open('/login?login_hint=ada@acme.example').expect(200)
    expect(text).toContain(
      'Your company’s single sign-on is switched off, or not set up completely.',
    )
    expect(text).not.toContain('We couldn’t find single sign-on')
  })

  it('leads to the start page where the address leads nowhere, unless that led here', async () => {
    const toStart = '<a href="/">Go to the start page</a>'
    expect((await ask('')).text).not.toContain(toStart)
    expect((await ask('login_hint=ada@nowhere.example')).text).toContain(toStart)
    // The start page sent the user here.
    const circle = await ask('login_hint=ada@nowhere.example&return_to=/?a=1')
    expect(circle.text).not.toContain(toStart)
    for (const place of ['/#/projects', '/?a=1#b']) {
      const query = new URLSearchParams({ login_hint: 'ada@nowhere.example', return_to: place })
      expect((await ask(`${query}`)).text).not.toContain(toStart)
    }
  })

  it('is the same for people who exist and who do not', async () => {
    const { visitor } = await start()
    const [one, other] = await Promise.all(
      ['ada', 'nobody'].map((name) => visitor().begin(`/login?login_hint=${name}@acme.example`)),
    )
    for (const url of [one!, other!]) {
      for (const name of ['state', 'nonce', 'code_challenge', 'login_hint']) {
        url.searchParams.delete(name)
      }
    }
    expect(one!.href).toBe(other!.href)
  })

  it('leads to the sign-in', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const { text } = await browser.open('/login?return_to=/app').expect(200)
    const landed = await browser.signIn(submitted(text, 'ada@acme.example'), 'ada@acme.example')
    expect(landed.headers.location).toBe('/app')
  })

  it('stands below the base path', async () => {
    const { visitor } = await start({
      options: { basePath: '/auth', ...social },
      callback: '/auth/callback',
      mount: (app, auth) => app.use('/auth', auth),
    })
    const { text } = await visitor().open('/auth/login').expect(200)
    expect(submitted(text, 'a@b.example')).toBe('/auth/login?login_hint=a%40b.example')
    expect(providerLinks(text)[0]).toBe('/auth/login?provider=google')
  })

  it('is what auth.login() answers, too', async () => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/begin', (req, res, next) => {
          auth.login(req, res, { returnTo: '/there' }).catch(next)
        })
      },
    })
    const { text } = await visitor().open('/begin').expect(200)
    expect(submitted(text, 'a@b.example')).toBe(
      '/login?return_to=%2Fthere&login_hint=a%40b.example',
    )
  })

  it.each(['create', 'select_account', 'none'])(
    'leaves prompt=%s to Scalekit’s own pages',
    async (prompt) => {
      const { visitor } = await start()
      const { searchParams } = await visitor().begin(`/login?prompt=${prompt}`)
      expect(searchParams.get('prompt')).toBe(prompt)
    },
  )
})

describe('nobody is asked', () => {
  it.each([
    ['fetch() in a page', background],
    ['a frame', { ...navigation, 'Sec-Fetch-Dest': 'iframe' }],
    ['a prefetch', { ...navigation, 'Sec-Purpose': 'prefetch;prerender' }],
  ])('by %s, and nothing is looked up', async (_what, headers) => {
    const { visitor, emulator } = await start()
    const answer = await visitor().open('/login?login_hint=ada@acme.example', headers).expect(400)
    expect(answer.text).toContain('navigation_required')
    expect(emulator.requests).toEqual([])
  })

  it.each(['HEAD', 'POST'])('by %s', async (method) => {
    const { url, emulator } = await start()
    const address = `${url}/login?login_hint=ada@acme.example`
    const answer = await fetch(address, { method, headers: navigation, redirect: 'manual' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
    expect(emulator.requests).toEqual([])
  })
})

describe('pages', () => {
  it('have the application’s style after their own', async () => {
    const style = ':root { --accent: #0a7d4f }'
    const { visitor } = await start({ options: { pages: { style } } })
    const plain = (await ask('')).headers['content-security-policy']
    for (const path of ['/login', '/login?prompt=now', '/callback']) {
      const { text, headers } = await visitor().open(path)
      expect(text).toContain(`${style}</style>`)
      expect(headers['content-security-policy']).not.toBe(plain)
    }
  })

  it('have texts of the application, and those of the kit beside them', async () => {
    const email = { title: 'Log in', provider: 'Take {provider}' }
    const { text } = await ask('', { ...social, pages: { texts: { en: { email } } } })
    expect(text).toContain('<h1>Log in</h1>')
    expect(text).toContain('>Take Google</a>')
    expect(text).toContain('>Continue</button>')
  })

  it('give way to one of the application’s', async () => {
    const { visitor } = await start({
      options: {
        ...social,
        pages: {
          supportUrl: '/help',
          email(page, _req, res) {
            res.setHeader('Content-Type', 'application/json')
            res.end(JSON.stringify(page))
          },
        },
      },
    })
    const { body, headers } = await visitor()
      .open('/login?login_hint=a@nowhere.example&return_to=/app')
      .expect(200)
    expect(body).toEqual({
      action: '/login',
      fields: { return_to: '/app' },
      email: 'a@nowhere.example',
      problem: 'unknown',
      providers: [
        { id: 'google', name: 'Google', url: '/login?provider=google&return_to=%2Fapp' },
        { id: 'microsoft', name: 'Microsoft', url: '/login?provider=microsoft&return_to=%2Fapp' },
      ],
      ways: [
        { kind: 'home', label: 'Go to the start page', url: '/', method: 'get', fields: {} },
        { kind: 'help', label: 'Get help', url: '/help', method: 'get', fields: {} },
      ],
      lang: 'en',
      dir: 'ltr',
      texts: { ...english.email, removed: english.common.removed },
    })
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "frame-ancestors 'none'",
      'referrer-policy': 'same-origin',
    })
  })

  it('that breaks off in the middle is broken off, and nothing is put behind it', async () => {
    const handled: unknown[] = []
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth)
        app.use(
          (
            error: HandledError,
            _req: IncomingMessage,
            res: ServerResponse,
            _next: (error?: unknown) => void,
          ) => {
            handled.push(error)
            res.destroy()
          },
        )
      },
      options: {
        pages: {
          async email(_page, _req, res) {
            res.write('half a page')
            throw new Error('template failed')
          },
        },
      },
    })
    await expect(Promise.resolve(visitor().open('/login'))).rejects.toThrow(/aborted|hang up/)
    expect(handled).toEqual([])
  })

  it('may be sent after the function has returned, by a callback', async () => {
    const email = (_page: unknown, _req: IncomingMessage, res: ServerResponse) =>
      void setImmediate(() => res.end('the page'))
    const { visitor, log } = await start({ options: { pages: { email } } })
    const { text } = await visitor().open('/login').expect(200)
    expect(text).toBe('the page')
    expect(log.filter((line) => line.startsWith('error'))).toEqual([])
  })

  it('stand where the function fails after it has sent them, and the log says so', async () => {
    async function email(_page: unknown, _req: IncomingMessage, res: ServerResponse) {
      res.end('the page')
      throw new Error('statistics failed')
    }
    const { visitor, log } = await start({ options: { pages: { email } } })
    const { text } = await visitor().open('/login').expect(200)
    expect(text).toBe('the page')
    await eventually(() =>
      expect(log).toContain(
        'error `pages.email` failed after it had sent the page: "Error: statistics failed"',
      ),
    )
  })

  it('that fail are answered with 503', async () => {
    const email = () => Promise.reject(new Error('no template'))
    const { visitor, log } = await start({ options: { pages: { email } } })
    const { text } = await visitor().open('/login').expect(503)
    expect(text).toContain('unexpected')
    expect(log.join()).toContain('no template')
  })
})
