import type { Response } from 'supertest'
import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../../src/index.ts'
import type { Application } from '../../../support/application.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'

const ada = 'ada@acme.example'
const home = '/login?organization_id=acme&return_to=/app'
const secret = 'a secret of these tests, 32 or longer'
const maxAgeSeconds = 300
/** When every sign-in here begins, in seconds. */
const begun = Math.floor(Date.now() / 1000)

interface Circumstances {
  readonly login?: ScalekitAuthOptions['login']
  /** How long the user takes at the provider, in seconds. */
  readonly takes?: number
}

/** An application at a Scalekit whose next ID token has these claims, too. */
async function startWith(idToken: object, { login = { maxAgeSeconds }, takes = 0 }: Circumstances) {
  let now = begun * 1000
  const clock = () => now
  const application = await start({ options: { clock, login, secret }, seed: { clock } })
  if (Object.keys(idToken).length > 0) application.emulator.fail({ idToken: { ...idToken } })
  const browser = application.visitor()
  async function signIn(loginUrl = home): Promise<Response> {
    const authorizeUrl = await browser.begin(loginUrl)
    now += takes * 1000
    return browser.open(await signInAt(authorizeUrl.href, ada))
  }
  return { application, browser, signIn }
}

async function expectSignedIn({ application, browser }: Awaited<ReturnType<typeof startWith>>) {
  await browser.call('/app').expect(200)
  expect(warningsOf(application)).toEqual([])
}

/** What is wrong: everything but the steps of sign-ins and what is a fact of every such application. */
function warningsOf({ log }: Application): readonly string[] {
  return log.filter((line) => !/^debug |^info authority_fixed/.test(line))
}

function codeOf(answer: Response): string | undefined {
  return /<code>([a-z_]+)<\/code>/.exec(answer.text)?.[1]
}

function linesOf({ log }: Application): readonly string[] {
  return log.filter((line) => line.includes('auth_time'))
}

describe('login.maxAgeSeconds is sent as max_age', () => {
  it.each([
    ['names an organization', home],
    ['names a domain', '/login?domain=acme.example'],
    ['begins again', '/login?organization_id=acme&restart=1'],
    ['continues a session only', '/login?organization_id=acme&prompt=none'],
  ])('by a sign-in that %s', async (_which, loginUrl) => {
    const { browser } = await startWith({}, {})
    const { searchParams } = await browser.begin(loginUrl)
    expect(searchParams.getAll('max_age')).toEqual(['300'])
  })

  it('beside prompt=login, which asks for more', async () => {
    const { browser } = await startWith({}, {})
    const { searchParams } = await browser.begin(`${home}&prompt=login`)
    expect(searchParams.get('prompt')).toBe('login')
    expect(searchParams.get('max_age')).toBe('0')
  })

  it('by a switch to another organization, and by a sign-in that the company began', async () => {
    const { application, browser, signIn } = await startWith({ auth_time: begun }, {})
    await signIn()
    const switched = await browser.begin('/login?organization_id=globex')
    expect(switched.searchParams.get('max_age')).toBe('300')
    const portal = await application.emulator.idpInitiatedLogin(ada)
    const company = await application.visitor().begin(portal)
    expect(company.searchParams.get('max_age')).toBe('300')
  })

  it('and without it nothing is sent, checked or logged', async () => {
    for (const idToken of [{}, { auth_time: 1 }]) {
      const there = await startWith(idToken, { login: {} })
      const { searchParams } = await there.browser.begin(home)
      expect(searchParams.has('max_age')).toBe(false)
      await there.signIn()
      await expectSignedIn(there)
    }
  })
})

describe('with login.maxAgeSeconds, an ID token', () => {
  it.each([
    ['of the moment the sign-in began', begun, 0],
    ['of a session that is just young enough, as clocks differ', begun - 300 - 60, 0],
    ['of such a session, after nine minutes at the provider', begun - 300 - 60, 540],
    ['of a user who was asked again, and took nine minutes', begun + 540, 540],
    ['a minute ahead of our clock', begun + 60, 0],
  ])('%s is accepted', async (_which, authTime, takes) => {
    const there = await startWith({ auth_time: authTime }, { takes })
    await there.signIn()
    await expectSignedIn(there)
  })

  it.each([
    ['a second older than that', begun - 300 - 61, 0],
    ['a second older than that, after nine minutes', begun - 300 - 61, 540],
    ['of the beginning of time', 0, 0],
  ])('of a session that is %s is refused', async (_which, authTime, takes) => {
    const { application, browser, signIn } = await startWith({ auth_time: authTime }, { takes })
    const answer = await signIn()
    expect([answer.status, codeOf(answer)]).toEqual([400, 'login_too_old'])
    expect(browser.cookieNames().filter((name) => name.includes('session'))).toEqual([])
    await browser.call('/app').expect(401)
    expect(warningsOf(application)).toEqual([expect.stringContaining('`login.maxAgeSeconds`')])
  })

  it.each([
    ['a string', String(begun)],
    ['an array', [begun]],
    ['negative', -1],
    ['more than a minute ahead', begun + 61],
    ['in milliseconds', begun * 1000],
  ])('whose auth_time is %s is refused', async (_what, authTime) => {
    const { browser, signIn } = await startWith({ auth_time: authTime }, {})
    const answer = await signIn()
    expect([answer.status, codeOf(answer)]).toEqual([400, 'id_token_invalid'])
    await browser.call('/app').expect(401)
  })

  it('that is too old leads to a sign-in that asks again, for the same page', async () => {
    const { application, browser, signIn } = await startWith({ auth_time: begun - 3600 }, {})
    const answer = await signIn()
    const link = /class="first" href="([^"]+)"/.exec(answer.text)![1]!.replaceAll('&amp;', '&')
    expect(link).toBe('/login?organization_id=acme&prompt=login&return_to=%2Fapp')
    application.emulator.fail({ idToken: { auth_time: begun } })
    const again = await signIn(link)
    expect([again.status, again.headers.location]).toEqual([302, '/app'])
    await browser.call('/app').expect(200)
  })

  it('that is too old leaves the session that is there', async () => {
    const { application, browser, signIn } = await startWith({ auth_time: begun }, {})
    await signIn()
    application.emulator.fail({ idToken: { auth_time: begun - 3600 } })
    expect(codeOf(await signIn('/login?organization_id=acme&return_to=/other'))).toBe(
      'login_too_old',
    )
    await browser.call('/app').expect(200)
  })

  it('that is too old is not accepted for prompt=login, either', async () => {
    const { signIn } = await startWith({ auth_time: begun - 3600 }, {})
    expect(codeOf(await signIn(`${home}&prompt=login`))).toBe('login_too_old')
  })

  it('is checked by the auth_time that the environment sends', async () => {
    const application = await start({
      options: { login: { maxAgeSeconds }, secret },
      seed: { sendAuthTime: true },
    })
    const browser = application.visitor()
    expect((await browser.signIn(home, ada)).headers.location).toBe('/app')
    await browser.call('/app').expect(200)
    expect(linesOf(application)).toEqual([])
  })

  it('without auth_time is accepted, with one line in the log for all', async () => {
    const { application, browser, signIn } = await startWith({}, {})
    for (const _time of [1, 2, 3]) {
      await signIn()
      await browser.call('/app').expect(200)
    }
    const [line, ...others] = linesOf(application)
    expect(line).toMatch(
      /^warn auth_time_missing: .*`login\.maxAgeSeconds` or prompt=login asked for could not be checked$/,
    )
    expect(others).toEqual([])
  })
})

describe('login.maxAgeSeconds that changes while a user signs in', () => {
  /** Begins with one value, and comes back to a process that has another. */
  async function change(
    before: ScalekitAuthOptions['login'],
    after: ScalekitAuthOptions['login'],
    authTime: number,
  ) {
    const clock = () => begun * 1000
    const seed = { clock }
    const one = await start({ options: { clock, login: before! }, seed })
    const { emulator, url } = one
    const options = { clock, login: after!, baseUrl: url }
    const other = await start({ emulator, options })
    emulator.fail({ idToken: { auth_time: authTime } })
    const browser = one.visitor()
    const callbackUrl = await signInAt((await browser.begin(home)).href, ada)
    const [name] = browser.cookieNames()
    const cookie = `${name}=${browser.cookie(name!)}`
    return other.visitor().open(callbackUrl, { cookie })
  }

  it.each([
    ['is gone', { maxAgeSeconds }, {}],
    ['is larger', { maxAgeSeconds }, { maxAgeSeconds: 86_400 }],
  ])('and %s still refuses the old session', async (_how, before, after) => {
    const answer = await change(before, after, begun - 3600)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'login_too_old'])
  })

  it.each([
    ['is there now', {}, { maxAgeSeconds }],
    ['is smaller', { maxAgeSeconds: 86_400 }, { maxAgeSeconds }],
  ])('and %s still accepts a sign-in that began before', async (_how, before, after) => {
    const answer = await change(before, after, begun - 3600)
    expect([answer.status, answer.headers.location]).toEqual([302, '/app'])
  })
})
