import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../../src/index.ts'
import type { Application } from '../../../support/application.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import type { Visitor } from '../../../support/visitor.ts'

const ada = 'ada@acme.example'
const acme = '/login?organization_id=acme&return_to=/app'
// Scalekit does not document the names, so these are made up.
const invitation = 'made_up_invitation=inv%2F1&made_up_kind=member'
const sent = { made_up_invitation: 'inv/1', made_up_kind: 'member' }

/** Comes back from Scalekit eleven minutes after the sign-in began, and follows the retry link. */
async function retried(loginUrl: string, login: ScalekitAuthOptions['login'] = {}) {
  const { application, later } = await startWithClock({ login })
  const browser = application.visitor()
  return sentAgain(browser, await expiredLink(browser, loginUrl, later))
}

async function startWithClock(options: ScalekitAuthOptions, request?: object) {
  let now = Date.now()
  const application: Application = await start({
    options: { ...options, clock: () => now },
    ...(request && {
      mount(app, auth) {
        app.use(auth)
        app.use('/enter', (req, res, next) => void auth.login(req, res, request).catch(next))
      },
    }),
  })
  const later = () => {
    now += 11 * 60_000
  }
  return { application, later }
}

async function expiredLink(browser: Visitor, loginUrl: string, later: () => void) {
  const callbackUrl = await signInAt((await browser.begin(loginUrl)).href, ada)
  later()
  const { text } = await browser.open(callbackUrl).expect(400)
  expect(text).toContain('login_expired')
  return linkOf(text)
}

function linkOf(page: string): string {
  return /class="first" href="([^"]+)"/.exec(page)![1]!.replaceAll('&amp;', '&')
}

async function sentAgain(browser: Visitor, link: string) {
  return Object.fromEntries((await browser.begin(link)).searchParams)
}

describe('the retry link of a sign-in that failed at the callback', () => {
  it('keeps forwarded parameters', async () => {
    const query = `${acme}&${invitation}`
    expect(await retried(query, { forward: true })).toMatchObject(sent)
  })

  it('keeps forwarded parameters of a link that names no organization', async () => {
    expect(await retried(`/login?${invitation}`, { forward: true })).toMatchObject(sent)
  })

  it('keeps ui_locales and acr_values', async () => {
    const asked = { ui_locales: 'de en', acr_values: 'urn:mfa urn:two' }
    expect(await retried(`${acme}&${new URLSearchParams(asked)}`)).toMatchObject(asked)
  })

  it.each([
    'prompt=login&organization_id=acme',
    'prompt=login%20consent&organization_id=acme',
    'prompt=create',
    'prompt=select_account&organization_id=acme',
    'provider=google',
  ])('keeps %s', async (query) => {
    const { visitor } = await start({ options: { login: { providers: ['google'] } } })
    const browser = visitor()
    const away = await browser.begin(`/login?${query}&return_to=/app`)
    const state = away.searchParams.get('state')!
    const { text } = await browser.open(`/callback?error=user_cancelled&state=${state}`)
    expect(text).toContain('login_cancelled')
    const again = await sentAgain(browser, linkOf(text))
    const { organization_id: _, ...kept } = Object.fromEntries(new URLSearchParams(query))
    expect(again).toMatchObject(kept)
  })

  it('keeps prompt=login where further parameters were too long to be kept', async () => {
    const { visitor } = await start({ options: { login: { forward: true } } })
    const browser = visitor()
    const away = await browser.begin(`${acme}&prompt=login&made_up=${'x'.repeat(2000)}`)
    const state = away.searchParams.get('state')!
    const { text } = await browser.open(`/callback?error=user_cancelled&state=${state}`)
    expect(await sentAgain(browser, linkOf(text))).toMatchObject({ prompt: 'login' })
  })

  it('keeps the parameters of auth.login, sealed', async () => {
    const parameters = { claims_locales: 'de', made_up: 'a&b=c' }
    const { application, later } = await startWithClock({}, { organizationId: 'acme', parameters })
    const browser = application.visitor()
    const link = await expiredLink(browser, '/enter', later)
    expect(link).not.toContain('claims_locales')
    expect(await sentAgain(browser, link)).toMatchObject(parameters)
  })

  it('keeps allow_anonymous, so a silent sign-in stays silent', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const away = await browser.begin(`${acme}&prompt=none&allow_anonymous=1`)
    const state = away.searchParams.get('state')!
    const { text } = await browser.open(`/callback?error=server_error&state=${state}`)
    const again = await browser.begin(linkOf(text))
    expect(again.searchParams.get('prompt')).toBe('none')
    const failed = `/callback?error=login_required&state=${again.searchParams.get('state')}`
    const { status, headers } = await browser.open(failed)
    expect([status, headers.location]).toEqual([302, '/app'])
  })

  it('is no silent one where the request did not allow a user to stay anonymous', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const away = await browser.begin(`${acme}&prompt=none`)
    const state = away.searchParams.get('state')!
    const { text } = await browser.open(`/callback?error=login_required&state=${state}`)
    expect(await sentAgain(browser, linkOf(text))).not.toHaveProperty('prompt')
  })

  it('keeps them a second time', async () => {
    const { application, later } = await startWithClock({ login: { forward: true } })
    const browser = application.visitor()
    const link = await expiredLink(browser, `${acme}&${invitation}&acr_values=urn:mfa`, later)
    const second = await expiredLink(browser, link, later)
    expect(await sentAgain(browser, second)).toMatchObject({ ...sent, acr_values: 'urn:mfa' })
  })

  it('brings no parameter to Scalekit that the application does not forward', async () => {
    const { application, later } = await startWithClock({ login: { forward: ['made_up_kind'] } })
    const browser = application.visitor()
    const link = await expiredLink(browser, `${acme}&${invitation}`, later)
    const params = await sentAgain(browser, `${link}&made_up_invitation=planted`)
    expect(params).not.toHaveProperty('made_up_invitation')
  })
})

describe('parameters that are too long to be kept for a retry', () => {
  const long = `made_up=${'x'.repeat(2000)}`

  it('are sent, left out of the retry link, and reported by a log line', async () => {
    const { application, later } = await startWithClock({ login: { forward: true } })
    const browser = application.visitor()
    const link = await expiredLink(browser, `${acme}&${long}`, later)
    expect(await sentAgain(browser, link)).not.toHaveProperty('made_up')
    expect(application.log.join('\n')).toMatch(/further parameters are too long to be kept/)
  })

  it('leave a cookie that browsers keep, and a sign-in that ends in a session', async () => {
    const { visitor } = await start({ options: { login: { forward: true } } })
    const browser = visitor()
    const away = await browser.begin(`${acme}&${long}`)
    expect(away.searchParams.get('made_up')).toHaveLength(2000)
    expect(bytesKept(browser)).toBeLessThanOrEqual(2048)
    await browser.open(await signInAt(away.href, ada)).expect(302)
    await browser.call('/app').expect(200)
  })

  it('are those that make the cookie exceed 2048 bytes', async () => {
    const { visitor } = await start({ options: { login: { forward: true } } })
    const sizes: number[] = []
    for (let length = 600; length <= 2000; length += 50) {
      const browser = visitor()
      await browser.begin(`${acme}&made_up=${'x'.repeat(length)}`)
      sizes.push(bytesKept(browser))
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048)
    expect(Math.max(...sizes)).toBeGreaterThan(1900)
  })
})

/** The size of the cookie of a sign-in in progress, with its name. */
function bytesKept(browser: Visitor): number {
  const name = browser.cookieNames().find((each) => each.includes('-tx-'))!
  return name.length + browser.cookie(name)!.length
}
