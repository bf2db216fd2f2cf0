import { describe, expect, it } from 'vitest'
import { signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import { navigation, type Visitor } from '../../../support/visitor.ts'

const ada = 'ada@acme.example'
const grace = 'grace@acme.example'
const katherine = 'katherine@globex.example'
const onAnotherSite = { 'Sec-Fetch-Site': 'cross-site' }
const onThisSite = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

async function signedInAsAda() {
  const application = await start()
  const browser = application.visitor()
  await browser.signIn('/login?organization_id=acme', ada)
  return { application, browser }
}

/** Answers the page that asks, as a browser sends its form. */
async function answer(browser: Visitor, text: string, headers: Record<string, string>) {
  const action = /action="([^"]+)"/.exec(text)![1]!
  const fields = [...text.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  const query = new URLSearchParams(
    fields.map(([, name, value]) => [name!, value!.replaceAll('&amp;', '&')]),
  )
  return browser.open(`${action}?${query}`, headers)
}

describe('a link on another site, for a user who is signed in,', () => {
  it.each([
    ['to another organization', '/login?organization_id=globex'],
    ['to another organization by its domain', '/login?domain=globex.example'],
    ['to another user', `/login?login_hint=${grace}`],
    ['to another user elsewhere', `/login?login_hint=${katherine}&return_to=/app`],
    ['by the way of other sites', '/login?organization_id=globex&target_link_uri=/app'],
  ])('%s asks first, and replaces nothing until then', async (_where, link) => {
    const { browser } = await signedInAsAda()
    const page = await browser.open(link, onAnotherSite).expect(200)
    expect(page.text).toMatch(/<h1>Switch (accounts|organizations)\?<\/h1>/)
    expect(page.text).toContain(ada)
    expect(browser.cookieNames().filter((name) => name.includes('-tx-'))).toEqual([])
    expect((await browser.call('/app').expect(200)).body.user.email).toBe(ada)
  })

  it('asks for another organization in its own words, and names none that a link made up', async () => {
    const { application, browser } = await signedInAsAda()
    const page = await browser.open('/login?organization_id=globex', onAnotherSite).expect(200)
    expect(page.text).toContain('<h1>Switch organizations?</h1>')
    expect(page.text).toContain(' A link asks to sign in to another organization instead.')
    expect(page.text).not.toContain('Globex')
    const known = application.visitor()
    await known.signIn('/login?organization_id=globex', grace)
    await known.signIn('/login?organization_id=acme', grace)
    const named = await known.open(
      `/login?organization_id=globex&login_hint=${grace}`,
      onAnotherSite,
    )
    expect(named.text).toContain('A link asks to sign in to <bdi><b>Globex</b></bdi> instead.')
  })

  it('names the user of the session where they have no email address', async () => {
    const { visitor, emulator } = await start()
    const browser = visitor()
    emulator.fail({ idToken: { email: undefined } })
    await browser.signIn('/login?organization_id=acme', ada)
    expect((await browser.call('/me')).body.user.email).toBeUndefined()
    const name = 'You are signed in as <bdi><b>Ada Lovelace</b></bdi>.'
    const byLink = await browser.open('/login?organization_id=globex', onAnotherSite).expect(200)
    expect(byLink.text).toContain(name)
    const { pathname, search } = new URL(await emulator.idpInitiatedLogin(katherine))
    const byProvider = await browser.open(pathname + search, onAnotherSite).expect(200)
    expect(byProvider.text).toContain(name)
  })

  it.each([
    ['a browser that says where it comes from', onThisSite],
    ['one that does not, and sends no referrer', { 'Sec-Fetch-Site': '' }],
  ])('goes on when the user agrees, in %s', async (_which, headers) => {
    const { browser } = await signedInAsAda()
    const link = '/login?organization_id=globex&return_to=/app?a=1%26b'
    const page = await browser.open(link, onAnotherSite).expect(200)
    const begun = await answer(browser, page.text, { ...navigation, ...headers })
    const back = await browser.open(await signInAt(begun.headers.location!, katherine))
    expect(back.headers.location).toBe('/app?a=1&b')
    expect((await browser.call('/app').expect(200)).body.user.email).toBe(katherine)
  })

  it('asks where another session, or another target, was agreed to', async () => {
    const { application, browser } = await signedInAsAda()
    const { text } = await browser.open('/login?organization_id=globex', onAnotherSite)
    const confirm = /name="confirm" value="([^"]+)"/.exec(text)![1]!
    const other = `/login?login_hint=${grace}&confirm=${confirm}`
    expect((await browser.open(other, onAnotherSite).expect(200)).text).toContain(
      'Switch accounts?',
    )
    const victim = application.visitor()
    await victim.signIn('/login?organization_id=acme', ada)
    const planted = `/login?organization_id=globex&confirm=${confirm}`
    expect((await victim.open(planted, onAnotherSite).expect(200)).text).toContain('Switch')
  })

  it.each([
    ['to the organization that is current', '/login?organization_id=acme'],
    ['to the same user', `/login?login_hint=${ada.toUpperCase()}&return_to=/app`],
  ])('%s replaces nothing, and goes on', async (_where, link) => {
    const { browser } = await signedInAsAda()
    await browser.open(link, onAnotherSite).expect(302)
  })
})

it.each([
  ['on a page of the application', onThisSite],
  ['in the address bar', navigation],
  ['on a page, in a browser that names only the referrer', 'referer'],
])('a link to another organization %s asks nothing', async (_where, headers) => {
  const { application, browser } = await signedInAsAda()
  const sent =
    headers === 'referer'
      ? { 'Sec-Fetch-Site': '', Referer: `${application.url}/app` }
      : (headers as Record<string, string>)
  await browser.open('/login?organization_id=globex', sent).expect(302)
})

it('a browser that says nothing of where it comes from is asked', async () => {
  const { browser } = await signedInAsAda()
  for (const Referer of ['', 'https://evil.example/', 'no URL']) {
    const headers = { 'Sec-Fetch-Site': '', Referer }
    await browser.open('/login?organization_id=globex', headers).expect(200)
  }
})

it('a link on another site asks nobody who is not signed in', async () => {
  const { visitor } = await start()
  await visitor().open('/login?organization_id=globex', onAnotherSite).expect(302)
})
