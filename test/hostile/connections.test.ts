import { describe, expect, it } from 'vitest'
import { memoryStore, type ScalekitAuthOptions } from '../../src/index.ts'
import { cookiesOf, remote, startProcesses } from '../support/processes.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { openSocket, socketServer } from '../support/sockets.ts'
import { navigation } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

async function signedIn(options: ScalekitAuthOptions = {}) {
  const sockets = socketServer()
  const store = remote(memoryStore())
  const { all } = await startProcesses({
    storeOf: () => store,
    options,
    attach: sockets.attach,
  })
  const browser = all[0]!.visitor()
  await browser.signIn(home, ada)
  const cookies = { ...cookiesOf(browser) }
  const open = (headers: Readonly<Record<string, string>>) =>
    openSocket(all[0]!.url, { ...cookies, ...headers })
  return { ...sockets, all, browser, url: all[0]!.url, open }
}

describe('a page of another site that opens a socket with the cookie of its visitor', () => {
  it.each<readonly [string, (url: string) => Readonly<Record<string, string>>]>([
    ['its own origin', () => ({ Origin: 'https://evil.example' })],
    ['an origin that begins alike', (url) => ({ Origin: `${url}.evil.example` })],
    ['another port', () => ({ Origin: 'http://127.0.0.1:1' })],
    ['another scheme', (url) => ({ Origin: url.replace('http:', 'https:') })],
    ['the origin of a sandbox', () => ({ Origin: 'null' })],
    ['two origins', (url) => ({ Origin: `${url}, https://evil.example` })],
    ['an empty origin', () => ({ Origin: '' })],
    ['no origin', () => ({})],
    ['no origin, from a site beside', () => ({ 'Sec-Fetch-Site': 'same-site' })],
    ['no origin, from another site', () => ({ 'Sec-Fetch-Site': 'cross-site' })],
    ['no origin, and another scheme of authentication', () => ({ Authorization: 'Basic YTpi' })],
    // The option `bearer` is off: the header is not read, so the cookie would decide.
    ['no origin, and a token that nothing reads', () => ({ Authorization: 'Bearer e30.e30.x' })],
    [
      'its own origin, and metadata that a browser would not send',
      () => ({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' }),
    ],
  ])('is refused with %s', async (_what, headersFor) => {
    const { open, url, connections } = await signedIn()
    const { status, code } = await open(headersFor(url))
    expect({ status, code }).toEqual({ status: 403, code: 'cross_site_request' })
    expect(connections).toEqual([])
  })

  it.each<readonly [string, (url: string) => Readonly<Record<string, string>>]>([
    ['the origin of baseUrl', (url) => ({ Origin: url })],
    ['an origin of the option', () => ({ Origin: 'https://admin.app.example' })],
    ['the origin of an app', () => ({ Origin: 'capacitor://localhost' })],
    ['no origin, from the same one', () => ({ 'Sec-Fetch-Site': 'same-origin' })],
  ])('is none with %s, which is let in', async (_what, headersFor) => {
    const origins = ['https://admin.app.example', 'capacitor://localhost']
    const { open, url, connections } = await signedIn({ connections: { origins } })
    expect((await open(headersFor(url))).status).toBe(101)
    expect(connections[0]!.principal.status).toBe('signed-in')
  })
})

describe('a request with an access token and the cookie of a visitor', () => {
  const bearer = {}

  it('opens without an Origin by the token alone: a wrong one brings no cookie in', async () => {
    const { open, connections } = await signedIn({ bearer })
    for (const wrong of ['Bearer e30.e30.x', 'Bearer', 'bearer\t']) {
      await open({ Authorization: wrong })
      const { principal, ended } = connections.at(-1)!
      expect(principal).toMatchObject({ status: 'signed-out', reason: 'token-invalid' })
      expect(ended.aborted).toBe(true)
    }
    expect(connections).toHaveLength(3)
  })

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['another scheme', { Authorization: 'Basic YTpi' }],
    ['a scheme that begins alike', { Authorization: 'Bearer-x e30.e30.x' }],
    ['the origin of another site', { Authorization: 'Bearer x', Origin: 'https://evil.example' }],
  ])('is refused with %s', async (_what, headers) => {
    const { open, connections } = await signedIn({ bearer })
    const { status, code } = await open(headers)
    expect({ status, code }).toEqual({ status: 403, code: 'cross_site_request' })
    expect(connections).toEqual([])
  })
})

describe('a copied cookie', () => {
  it('opens nothing after the sign-out, and what it had opened is closed', async () => {
    const { open, browser, url, connections } = await signedIn()
    const { closed } = await open({ Origin: url })
    await browser.post('/logout', click).expect(303)
    expect(await closed).toBe(4401)
    await open({ Origin: url })
    // A sign-out also removes the session of an express-session from its store.
    const reason = isExpressSession ? 'no-session' : 'revoked'
    expect(connections[1]!.principal).toMatchObject({ status: 'signed-out', reason })
    expect(await connections[0]!.current()).toMatchObject({ status: 'signed-out' })
  })
})
