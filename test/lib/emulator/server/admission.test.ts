import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { Emulator, EmulatorSeed } from '../../../../src/testing.ts'
import { startEmulator } from '../../../../src/testing.ts'
import { authorizeUrl } from '../application.ts'
import { emulateWithReceiver } from '../emulate.ts'
import { acmeId, clientToken } from '../rest/api.ts'

type Wish = readonly [what: string, method: string, path: string, body: string]

const directory = '/emulator/directories/dir_69615647365005432'

/** What a page of a browser sends besides, where its site is the one that answers. */
const sameOrigin = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Everything a page could want of an emulator: to read it, to change it, to sign in. */
const wishes: readonly Wish[] = [
  ['the home page', 'GET', '/', ''],
  ['the users of a directory', 'GET', `${directory}/users`, ''],
  ['another user in a directory', 'POST', directory, 'name=Eve&email=eve%40acme.example'],
  ['a sign-in', 'POST', '/emulator/sign-in', 'request=REQUEST&person=PERSON'],
  ['an open portal', 'GET', `/emulator/portal/${acmeId}`, ''],
  ['a token', 'POST', '/oauth/token', 'TOKEN'],
]

describe('a request for another host', () => {
  it.each(wishes)(
    'with same-origin metadata (DNS rebinding) does not get %s',
    async (...wish: Wish) => {
      const { attack, emulator, receiver, before } = await scene(wish)
      const answer = await attack(
        { host: `evil.example:${new URL(emulator.url).port}` },
        sameOrigin,
      )
      expect(answer.status).toBe(421)
      expect(answer.body).toContain('evil.example')
      expect(await stateOf(emulator)).toEqual(before)
      expect(receiver.received).toEqual([])
    },
  )

  it.each([
    'evil.example',
    'localhost.evil.example',
    'localhost.',
    'xlocalhost',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '0.0.0.0',
    '[::]',
    'localhost:x',
    'localhost:4400:4400',
    'evil.example@localhost',
    '',
  ])('is refused: %j', async (host) => {
    const { attack } = await scene(['', 'GET', '/keys', ''])
    expect((await attack({ host })).status).toBe(421)
  })

  it.each(['localhost', 'LOCALHOST:80', '127.0.0.1', '127.0.0.1:9', '[::1]', '[::1]:4400'])(
    'is answered where the host is this machine: %s',
    async (host) => {
      const { attack } = await scene(['', 'GET', '/keys', ''])
      expect((await attack({ host })).status).toBe(200)
    },
  )

  it('is answered where the emulator was told of the host', async () => {
    const { attack } = await scene(['', 'GET', '/keys', ''], {
      allowedHosts: ['Emulator', 'a.test'],
    })
    expect((await attack({ host: 'emulator:4400' })).status).toBe(200)
    expect((await attack({ host: 'A.test' })).status).toBe(200)
    expect((await attack({ host: 'b.test' })).status).toBe(421)
  })

  it('uses up no fault, and is not among the requests', async () => {
    const { attack, emulator } = await scene(['', 'GET', '/keys', ''])
    emulator.fail({ path: '/keys', status: 503 })
    const { length } = emulator.requests
    expect((await attack({ host: 'evil.example' })).status).toBe(421)
    expect(emulator.requests).toHaveLength(length)
    expect((await attack()).status).toBe(503)
  })

  it.each(['emulator:4400', 'http://emulator', 'a b', 'a/b', '*', ''])(
    'cannot be allowed by %j',
    async (host) => {
      const start = startEmulator({ allowedHosts: [host] })
      await expect(start).rejects.toThrow('`allowedHosts` must be host names without a port')
    },
  )
})

describe('what another site sends', () => {
  const writes = wishes.filter(([, method]) => method === 'POST')

  it.each(writes)('as a form gets no %s', async (...wish: Wish) => {
    const elsewhere = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      // The application is on another port of this machine, and what it shows may be hostile.
      { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]
    for (const headers of elsewhere) {
      const { attack, emulator, receiver, before } = await scene(wish)
      const answer = await attack(headers)
      expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('another site')])
      expect(await stateOf(emulator)).toEqual(before)
      expect(receiver.received).toEqual([])
    }
  })

  it.each(writes)('is done for the emulator’s own page: %s', async (...wish: Wish) => {
    const { attack, emulator } = await scene(wish)
    expect((await attack(sameOrigin)).status).toBeLessThan(400)
    expect((await attack({ origin: emulator.url })).status).not.toBe(403)
  })

  it.each([...wishes, ['the management API', 'GET', '/api/v1/organizations', ''] as const])(
    'by a script is neither announced nor readable: %s',
    async (...wish: Wish) => {
      const { attack, emulator, before } = await scene(wish)
      const origin = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      const asked = {
        'access-control-request-method': wish[1],
        'access-control-request-headers': 'authorization,content-type',
      }
      const preflight = await attack({ ...origin, ...asked }, {}, 'OPTIONS')
      expect(preflight.status).toBe(403)
      const answers = [preflight, await attack(origin)]
      const allowed = answers.flatMap(({ headers }) => Object.keys(headers))
      expect(allowed.filter((name) => name.startsWith('access-control-'))).toEqual([])
      if (wish[1] === 'POST') expect(await stateOf(emulator)).toEqual(before)
    },
  )

  it('as a link or a redirect begins a sign-in, and ends one', async () => {
    for (const path of ['AUTHORIZE', '/oidc/logout']) {
      const { attack } = await scene(['', 'GET', path, ''])
      const { status } = await attack({ 'sec-fetch-site': 'cross-site' })
      expect(status).toBeLessThan(400)
    }
  })
})

describe('what a server sends', () => {
  it('needs neither Origin nor Fetch Metadata', async () => {
    const { emulator } = await scene(['', 'GET', '/', ''])
    const token = await clientToken(emulator)
    const answer = await fetch(`${emulator.url}/api/v1/organizations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: '{"display_name":"Initech"}',
    })
    expect(answer.status).toBe(201)
  })
})

type Headers = Readonly<Record<string, string>>

/** An emulator with somebody on its sign-in page, and one request to it with chosen headers. */
async function scene(wish: Wish, seed?: EmulatorSeed) {
  const { emulator, receiver } = await emulateWithReceiver(seed)
  const page = await (await fetch(authorizeUrl(emulator))).text()
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)![1]!
  const [, method, path, body] = wish
  const { clientId, clientSecret } = emulator.options
  const token = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`
  const filled = body
    .replace('REQUEST', field('request'))
    .replace('PERSON', field('person'))
    .replace('TOKEN', token)
  const url = path === 'AUTHORIZE' ? authorizeUrl(emulator) : emulator.url + path
  return {
    emulator,
    receiver,
    before: await stateOf(emulator),
    attack: (headers: Headers = {}, others: Headers = {}, otherMethod = method) =>
      send(url, otherMethod, { ...form, ...headers, ...others }, filled),
  }
}

/** What an attack could have changed: people, connections, what was asked, what was sent. */
async function stateOf({ organizations, requests, deliveries }: Emulator) {
  return structuredClone({
    organizations,
    requests: requests.map(({ method, path }) => `${method} ${path}`),
    deliveries: deliveries.length,
  })
}

/** `fetch` sets the Host header itself. */
async function send(url: string, method: string, headers: Headers, body = '') {
  const sent = request(url, { method, headers, setHost: headers.host === undefined })
  sent.end(method === 'POST' ? body : '')
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode!, headers: answer.headers, body: await text(answer) }
}
