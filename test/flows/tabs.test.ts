import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { submitted } from '../support/email-page.ts'
import { sessionCookie } from '../support/session-cookie.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { navigation, type Visitor } from '../support/visitor.ts'

const ada = 'ada@acme.example'

describe('a browser', () => {
  it.each([
    ['the first first', [0, 1]],
    ['the second first', [1, 0]],
  ])('two tabs that sign in at once both arrive, %s', async (_order, order) => {
    const { visitor } = await start()
    const browser = visitor()
    const begun = [
      await browser.begin('/login?domain=acme.example&return_to=/app?tab=0'),
      await browser.begin('/login?domain=acme.example&return_to=/app?tab=1'),
    ]
    for (const tab of order) {
      const back = await browser.open(await signInAt(begun[tab]!.href, ada)).expect(302)
      expect(back.headers.location).toBe(`/app?tab=${tab}`)
      await browser.open(back.headers.location!).expect(200)
    }
    expect(browser.cookieNames()).toEqual([sessionCookie])
  })

  it('a background call during a sign-in gets 401 and disturbs nothing', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const authorizeUrl = await browser.begin('/login?domain=acme.example&return_to=/app')
    const before = browser.cookieNames()
    const call = await browser.call('/app').expect(401)
    expect(call.headers['set-cookie']).toBeUndefined()
    expect(browser.cookieNames()).toEqual(before)
    const back = await browser.open(await signInAt(authorizeUrl.href, ada)).expect(302)
    expect(back.headers.location).toBe('/app')
  })

  it('of twelve tabs the last arrives, and one that was dropped starts again by itself', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const begun: URL[] = []
    for (let tab = 0; tab < 12; tab += 1)
      begun.push(await browser.begin('/login?domain=acme.example'))
    expect(inProgress(browser).length).toBeLessThan(12)
    const dropped = await browser.open(await signInAt(begun[0]!.href, ada)).expect(302)
    expect(dropped.headers.location).toBe('/login?restart=1')
    const { text } = await browser.open(dropped.headers.location!).expect(200)
    expect((await browser.signIn(submitted(text, ada), ada)).status).toBe(302)
    await browser.call('/app').expect(200)
    await browser.open(await signInAt(begun[11]!.href, ada)).expect(302)
    await browser.call('/app').expect(200)
  })

  it('of twelve tabs that begin at the same moment all arrive, and few stay in the cookies', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const loginUrls = Array.from(
      { length: 12 },
      (_, tab) => `/login?domain=acme.example&return_to=/app?${tab}${'x'.repeat(100)}`,
    )
    const begun = await Promise.all(loginUrls.map((loginUrl) => browser.begin(loginUrl)))
    // None of them knew of another.
    expect(inProgress(browser)).toHaveLength(12)
    const back = await browser.open(await signInAt(begun[11]!.href, ada)).expect(302)
    expect(back.headers.location).toBe(`/app?11${'x'.repeat(100)}`)
    const kept = inProgress(browser).length
    expect(kept).toBeLessThan(11)

    const places = new Map<string, number>()
    for (const { href } of begun.slice(0, 11)) {
      const { headers } = await browser.open(await signInAt(href, ada)).expect(302)
      const place = headers.location === '/' ? 'home' : 'its own page'
      places.set(place, (places.get(place) ?? 0) + 1)
    }
    expect(Object.fromEntries(places)).toEqual({ 'its own page': kept, home: 11 - kept })
  })

  it('of five tabs with long ways back keeps as many as a header has room for', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const loginUrl = `/login?domain=acme.example&return_to=/app?${'x'.repeat(1000)}`
    for (let tab = 0; tab < 5; tab += 1) await browser.begin(loginUrl)
    const cookies = inProgress(browser).map((name) => name + browser.cookie(name))
    expect(cookies.length).toBeGreaterThan(0)
    expect(cookies.join('').length).toBeLessThanOrEqual(5 * 1024)
  })

  it('loses none of the application’s own cookies to a sign-in, however many it has', async () => {
    const { url } = await start()
    const own = Array.from({ length: 20 }, (_, at) => `own${at}=${'x'.repeat(300)}`)
    const { headers } = await request(url)
      .get('/login?domain=acme.example')
      .set({ ...navigation, Cookie: own.join('; ') })
      .expect(302)
    expect(headers['set-cookie']).toEqual([expect.stringContaining('-tx-')])
  })
})

function inProgress(browser: Visitor): string[] {
  return browser.cookieNames().filter((name) => name.includes('-tx-'))
}
