import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../../src/testing.ts'
import { authorizeUrl } from './application.ts'

let emulator: Emulator
afterEach(() => emulator.close())

async function homePage(seed?: EmulatorSeed): Promise<string> {
  emulator = await startEmulator(seed)
  return textAt('/')
}

async function textAt(path: string): Promise<string> {
  return (await fetch(new URL(path, emulator.url))).text()
}

/** Where the links lead whose text begins so. */
function linksIn(page: string, text: string): string[] {
  return [...page.matchAll(/<a href="([^"]+)"[^>]*>([^<]*)<\/a>/g)]
    .filter(([, , shown]) => shown!.startsWith(text))
    .map(([, href]) => href!)
}

describe('the home page', () => {
  it('leads to the application: each origin of the redirect URIs once', async () => {
    const redirectUris = [
      'http://localhost:3000/callback',
      'http://localhost:3000/auth/callback',
      'https://app.example/callback',
    ]
    const page = await homePage({ redirectUris })
    expect(linksIn(page, 'http')).toEqual(['http://localhost:3000', 'https://app.example'])
  })

  it('does not lead to what a browser cannot open', async () => {
    const initiateLoginUri = 'http://localhost:3000/login'
    const page = await homePage({ redirectUris: ['com.acme.app://callback'], initiateLoginUri })
    expect(page).toContain('start at the application.')
    expect(linksIn(page, 'com.acme.app')).toEqual([])
  })

  it('opens the admin portal of each organization, where single sign-on is switched on again', async () => {
    const page = await homePage()
    const acme = emulator.organizations[0]!
    const [toAcme, toGlobex] = linksIn(page, 'Open the admin portal')
    expect(await textAt(toGlobex!)).toContain('<h1>Admin portal of Globex</h1>')

    await switchSingleSignOn(toAcme!, 'disable')
    expect(acme.connection!.enabled).toBe(false)
    await switchSingleSignOn(toAcme!, 'enable')
    expect(acme.connection!.enabled).toBe(true)
  })

  it('opens it by another link each time, also where links are single-use', async () => {
    const [toAcme] = linksIn(await homePage({ singleUse: true }), 'Open the admin portal')
    const urls = [await fetch(emulator.url + toAcme), await fetch(emulator.url + toAcme)]
    expect(urls.map(({ status }) => status)).toEqual([200, 200])
    expect(urls[0]!.url).not.toBe(urls[1]!.url)
  })

  it('opens no portal of an organization that is not there', async () => {
    await homePage()
    const answer = await fetch(`${emulator.url}/emulator/portal/org_1`)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('This link does not open anything')
  })
})

async function switchSingleSignOn(portalPath: string, change: 'enable' | 'disable') {
  const { url } = await fetch(emulator.url + portalPath)
  await fetch(url, { method: 'POST', body: new URLSearchParams({ feature: 'sso', change }) })
}

describe('every page', () => {
  let home: string

  it.each<[string, () => Promise<string>]>([
    ['of an identity provider', () => textAt(authorizeUrl(emulator))],
    [
      'that asks for an address',
      () => textAt(authorizeUrl(emulator, { organization_id: undefined })),
    ],
    ['of a directory', () => textAt(linksIn(home, 'Edit the directory')[0]!)],
    ['of an admin portal', () => textAt(linksIn(home, 'Open the admin portal')[0]!)],
    ['that says what went wrong', () => textAt('/oauth/authorize')],
    ['that a sign-out ends on', () => textAt('/oidc/logout')],
  ])('leads to the home page: %s', async (_page, open) => {
    home = await homePage()
    expect(await open()).toContain('<a href="/" target="_top">Scalekit emulator</a>')
  })

  it.each<[string, () => Promise<string>]>([
    ['a sign-out ends on', () => textAt('/oidc/logout')],
    ['a dead link to the portal opens', () => textAt('/magicLink/none')],
    ['a sign-in that was finished shows', () => postSignIn({ request: 'none' })],
  ])('that %s leads to the application', async (_page, open) => {
    await homePage()
    expect(linksIn(await open(), 'http')).toEqual(['http://localhost:3000'])
  })

  async function postSignIn(form: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams(form)
    return (await fetch(`${emulator.url}/emulator/sign-in`, { method: 'POST', body })).text()
  }
})
