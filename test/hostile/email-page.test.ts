import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { givenAddress, hiddenFields, providerLinks } from '../support/email-page.ts'
import { seededRandom } from '../support/random.ts'
import { hostilePlaces, strangePlaces } from '../support/return-to-corpus.ts'
import { start } from '../support/start.ts'
import { useStandingTime } from '../support/virtual-time.ts'

const ada = 'ada@acme.example'

/** What breaks out of text, of an attribute, of a URL or of a stylesheet where it is not escaped. */
const markup = [
  '<script>alert(1)</script>',
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  '" autofocus onfocus="alert(1)',
  "' onfocus='alert(1)",
  '</style><script>alert(1)</script>',
  '</title><svg/onload=alert(1)>',
  'javascript:alert(1)',
  '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;',
  '{{constructor.constructor("alert(1)")()}}',
  '#{alert(1)}',
  '<!--',
  ']]>',
  '`onmouseover=alert(1)',
  '\r\nSet-Cookie: evil=1',
  '\r\n\r\n<script>alert(1)</script>',
  '%0d%0aSet-Cookie:%20evil=1',
  '\u2028alert(1)',
  'a'.repeat(5000),
]

let application: Application
/** All that stands between angle brackets on our pages. */
let ownTags: ReadonlySet<string>
beforeAll(async () => {
  application = await startApplication({ options: { login: { providers: ['google'] } } })
  const paths = [
    '/login',
    '/login?login_hint=a@nowhere.example&return_to=/app',
    '/login?prompt=now',
  ]
  const pages = await Promise.all(paths.map((path) => application.visitor().open(path)))
  ownTags = new Set(pages.flatMap(({ text }) => tagsOf(text)))
})
afterAll(() => application.close())

/** Opens `/login` with these parameters and expects nothing of them to have become markup. */
async function open(parameters: Readonly<Record<string, string>>, below = 500) {
  const answer = await application.visitor().open(`/login?${new URLSearchParams(parameters)}`)
  const { status, headers, text } = answer
  expect(status).toBeLessThan(below)
  expect(tagsOf(text).filter((tag) => !ownTags.has(tag))).toEqual([])
  expect(text).not.toMatch(/(href|action)="(?!\/(login[?"]|"))/)
  expect(headers['set-cookie'] ?? []).not.toContain('evil=1')
  expect(Object.values(headers).join()).not.toMatch(/alert|evil/)
  if (status === 200) {
    expect(text.match(/<input /g)).toHaveLength(1 + hiddenFields(text).length)
  }
  return answer
}

/** Every tag and its attributes, without their values. */
function tagsOf(text: string): string[] {
  return text.replace(/="[^"]*"/g, '').match(/<[^>]*>?/g) ?? []
}

describe('the email page', () => {
  const odd = markup.map((text) => `${text}@nowhere.example`)

  it.each([...markup, ...odd])('repeats the address %j as text, or refuses it', async (address) => {
    const { status, text } = await open({ login_hint: address, return_to: '/app' })
    if (status === 200) expect(givenAddress(text)).toBe(address)
    else expect([status, text.includes('parameter_invalid')]).toEqual([400, true])
  })

  it.each(markup)('takes nothing from the place %j', async (text) => {
    const answer = await open({ return_to: `/app?q=${text}` })
    expect(answer.status).toBe(200)
    for (const [name, value] of hiddenFields(answer.text)) {
      expect([name, /^\/app\?q=[!-~]*$/.test(value)]).toEqual(['return_to', true])
    }
  })

  it.each(markup)('takes nothing from the other parameters, %j', async (text) => {
    for (const name of ['restart', 'redirected', 'utm_source', text]) {
      await open({ [name]: text })
    }
    for (const name of ['prompt', 'domain', 'provider', 'connection_id']) {
      const { status, headers } = await open({ [name]: text })
      expect([status, headers.location]).toEqual([400, undefined])
    }
  })

  it.each(markup)('takes nothing from an id of your own for an organization, %j', async (text) => {
    // It may be one, so Scalekit is asked, and no more than a few times a second.
    const { status, headers } = await open({ organization_id: text }, 504)
    expect([400, 503]).toContain(status)
    expect(headers.location).toBeUndefined()
  })

  it('keeps no place that leads elsewhere, in the form or in a link', async () => {
    for (const place of [...hostilePlaces, ...strangePlaces]) {
      const { text } = await open({ return_to: place })
      const links = providerLinks(text).map(
        (link) => [...new URL(link, application.url).searchParams] as [string, string][],
      )
      for (const [name, value] of [hiddenFields(text), ...links].flat()) {
        if (name !== 'return_to') continue
        expect([place, new URL(value, application.url).origin]).toEqual([place, application.url])
        expect([place, /^\/(?![/\\])[!-~]*$/.test(value)]).toEqual([place, true])
      }
    }
  })
})

describe('a thousand made-up domains in ten seconds', () => {
  useStandingTime()

  it.each(['full-stack', 'sso'] as const)(
    'reach the API of a %s environment fifty times, and nobody’s sign-in fails',
    async (product) => {
      let now = Date.now()
      const { visitor, emulator } = await start({
        seed: { product },
        options: { clock: () => now },
      })
      const random = seededRandom(6)
      for (let second = 0; second < 10; second += 1) {
        const made = Array.from({ length: 100 }, () => `${random.integer(2 ** 31)}.example`)
        const answers = await Promise.all(
          made.map((domain) => visitor().open(`/login?login_hint=a@${domain}`)),
        )
        const statuses = answers.map(({ status }) => status)
        expect(statuses.filter((status) => status !== 200 && status !== 302)).toEqual([])
        // Nothing more may be asked in this second, and Acme was never asked for.
        const browser = visitor()
        const landed = await browser.signIn(`/login?login_hint=${ada}&return_to=/app`, ada)
        expect(landed.headers.location).toBe('/app')
        expect((await browser.open('/app')).body.user.email).toBe(ada)
        now += 1000
      }
      const lookUps = emulator.requests.filter(({ path }) => path === '/api/v1/connections')
      expect(lookUps).toHaveLength(50)
    },
    60_000,
  )

  it('do not keep a domain from being known that was asked for before', async () => {
    const { visitor, emulator } = await start()
    const begin = async () =>
      (await visitor().begin(`/login?login_hint=${ada}`)).searchParams.get('connection_id')
    const connection = await begin()
    expect(connection).toMatch(/^conn_/)
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => visitor().open(`/login?login_hint=a@${at}.example`)),
    )
    expect(await begin()).toBe(connection)
    expect(emulator.requests.filter(({ path }) => path.startsWith('/api/')).length).toBeLessThan(50)
  })
})
