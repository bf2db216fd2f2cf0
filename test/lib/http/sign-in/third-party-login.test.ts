import { describe, expect, it } from 'vitest'
import type { Application } from '../../../support/application.ts'
import { goodPlaces, hostilePlaces } from '../../../support/return-to-corpus.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'

const ada = 'ada@acme.example'

/** Where a whole sign-in that another site began ends. */
async function landing(application: Application, targetLinkUri: string, more = {}) {
  const browser = application.visitor()
  const params = {
    iss: application.emulator.url,
    login_hint: ada,
    target_link_uri: targetLinkUri,
    organization_id: 'acme',
    ...more,
  }
  const authorizeUrl = await browser.begin(`/login?${new URLSearchParams(params)}`)
  expect(authorizeUrl.search).not.toContain('target_link_uri')
  const callbackUrl = await signInAt(authorizeUrl.href, ada)
  const { headers } = await browser.open(callbackUrl).expect(302)
  return headers.location!
}

describe('a sign-in that another site begins', () => {
  it('passes the hint on and comes back to the URL on our origin', async () => {
    const application = await start()
    const { url, emulator, visitor } = application
    const query = new URLSearchParams({ iss: emulator.url, login_hint: ada })
    const { searchParams } = await visitor().begin(`/login?${query}`)
    expect(searchParams.get('login_hint')).toBe(ada)
    expect(await landing(application, `${url}/app?tab=1#section`)).toBe('/app?tab=1#section')
    expect(await landing(application, url)).toBe('/')
  })

  it('comes back to `return_to` where both are there', async () => {
    const application = await start()
    const end = await landing(application, `${application.url}/other`, { return_to: '/app' })
    expect(end).toBe('/app')
  })

  it.each([
    ['another issuer', (url: string) => `iss=https://evil.example&login_hint=${ada}&x=${url}`],
    ['our issuer with a slash more', (url: string) => `iss=${url}/`],
    ['our issuer in capitals', (url: string) => `iss=${url.toUpperCase()}`],
    ['an empty issuer', () => 'iss='],
    ['two issuers', (url: string) => `iss=${url}&iss=https://evil.example`],
    ['two targets', (url: string) => `iss=${url}&target_link_uri=/a&target_link_uri=/b`],
  ])('is refused for %s', async (_what, queryFor) => {
    const { visitor, emulator } = await start()
    const answer = await visitor()
      .open(`/login?${queryFor(emulator.url)}`)
      .expect(400)
    expect(answer.text).toContain('<code>parameter_invalid</code>')
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(emulator.requests).toEqual([])
  })

  it('ends at the start page for every target elsewhere', async () => {
    const application = await start()
    const { url } = application
    const others = [
      `${url}.evil.example/`,
      `${url}@evil.example/`,
      `${url}//evil.example`,
      `${url}/\\evil.example`,
      `${url}/..//evil.example`,
      `${url}/login`,
      `${url}?x`,
      `${url}1/app`,
      url.replace('http:', 'https:'),
    ]
    const places = [...hostilePlaces, ...others]
    const ends: [string, string][] = []
    for (const place of places) ends.push([place, await landing(application, place)])
    expect(ends.filter(([, end]) => end !== '/')).toEqual([])
  }, 60_000)

  it('ends at every place of the application, by its URL', async () => {
    const application = await start()
    const ends: string[] = []
    for (const place of goodPlaces) ends.push(await landing(application, application.url + place))
    expect(ends).toEqual(goodPlaces)
  }, 60_000)
})
