import request, { type Response } from 'supertest'
import { describe, expect, it } from 'vitest'
import { attacker, elliptic, jwk, published, publishedPem } from './provider/keys.ts'
import type { Changes, Members, TokenLie } from './provider/lies.ts'
import { clientSecret } from './provider/provider.ts'
import { ecdsa, hmac, pss, rsa, type Signer, unsigned } from './provider/signatures.ts'
import {
  accessTokenClaims,
  clientId,
  idTokenClaims,
  logoutTokenClaims,
  subject,
  token,
} from './provider/tokens.ts'
import { marker } from './support/refusal.ts'
import { inScene, type Scene, signIn } from './support/scene.ts'

/** A token that must not end a session. */
interface Lie {
  readonly lie: string
  readonly made: TokenLie
  /** Default: those of an honest logout token. */
  readonly claims?: (issuer: string) => Members
}

const now = () => Math.floor(Date.now() / 1000)
const nobody = { code: 'none', state: 'none', nonce: 'none' }
const logoutType = { typ: 'logout+jwt' }
const event = 'http://schemas.openid.net/event/backchannel-logout'

function claims(lie: string, changes: Changes): Lie {
  return { lie, made: { claims: changes, header: logoutType } }
}

function header(lie: string, changes: Members, sign?: Signer): Lie {
  return { lie, made: { header: { ...logoutType, ...changes }, ...(sign && { sign }) } }
}

function finished(lie: string, finish: (token: string) => string): Lie {
  return { lie, made: { header: logoutType, finish } }
}

/** Signs with the attacker’s key and offers that very key in the header. */
function offered(name: string, value: unknown): Lie {
  return header(`the key of an attacker in ${name}`, { [name]: value }, rsa(attacker.privateKey))
}

const flip = (text: string, at: number) =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
const dot = (text: string) => text.indexOf('.')

const forged: readonly Lie[] = [
  finished('a flipped signature', (text) => flip(text, text.length - 20)),
  finished('a flipped payload', (text) => flip(text, dot(text) + 30)),
  finished('a flipped header', (text) => flip(text, dot(text) - 10)),
  finished('padding', (text) => `${text}==`),
  finished('a line break', (text) => `${text}\n`),
  finished('a signature of another token', (text) => {
    const other = String(token(logoutTokenClaims(marker), { header: logoutType }, nobody))
    return text.slice(0, text.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))
  }),
  header('the key of an attacker under the right key id', {}, rsa(attacker.privateKey)),
  offered('jwk', jwk(attacker.publicKey)),
  offered('jku', `https://${marker}.example/keys`),
  offered('x5u', `https://${marker}.example/x5u`),
  offered('x5c', [marker]),
  ...['none', 'None', 'nOnE', ''].map((alg) =>
    header(`no signature, with the algorithm ${JSON.stringify(alg)}`, { alg }, unsigned),
  ),
  header('no signature under the right algorithm', {}, unsigned),
  header('HS256 with the published PEM as the secret', { alg: 'HS256' }, hmac(publishedPem)),
  header('HS256 with the client secret', { alg: 'HS256' }, hmac(clientSecret)),
  header('RS384 under the right key', { alg: 'RS384' }, rsa(published.privateKey, 'sha384')),
  header('RS512 under the right key', { alg: 'RS512' }, rsa(published.privateKey, 'sha512')),
  header('PS256 under the right key', { alg: 'PS256' }, pss(published.privateKey)),
  header('ES256 under the published RSA key', { alg: 'ES256' }, ecdsa(elliptic.privateKey)),
  header('a jku beside a right signature', { jku: `https://${marker}.example/keys` }),
  header('an extension that must be understood', { crit: ['b64'], b64: true }),
]

const confused: readonly Lie[] = [
  { lie: 'an ID token', claims: idToken, made: {} },
  {
    lie: 'an ID token under the type of a logout token',
    claims: idToken,
    made: { header: logoutType },
  },
  {
    lie: 'an ID token without a nonce that has the event',
    claims: idToken,
    made: { claims: { nonce: undefined, jti: 'tkn_1', events: { [event]: {} } } },
  },
  { lie: 'an access token', claims: accessTokenClaims, made: {} },
  {
    lie: 'an access token under the type of a logout token',
    claims: accessTokenClaims,
    made: { header: logoutType },
  },
  {
    lie: 'an access token with the event, as an interceptor or a customer can write it',
    claims: accessTokenClaims,
    made: { claims: { events: { [event]: {} } } },
  },
  {
    lie: 'a token of an IdP-initiated login with the event',
    made: { claims: { organization_id: 'org_1', connection_id: 'conn_1' } },
  },
  header('the type of an access token', { typ: 'at+jwt' }),
  header('the type of another event', { typ: 'secevent+jwt' }),
  header('a type that is a number', { typ: 7 }),
]

const untrue: readonly Lie[] = [
  claims('another issuer', { iss: 'https://evil.example' }),
  claims('another audience', { aud: 'skc_2' }),
  claims('another audience beside us', { aud: [clientId, 'skc_2'] }),
  claims('no audience', { aud: undefined }),
  claims('an iat a week old', { iat: now() - 604_800 }),
  claims('an iat in five minutes', { iat: now() + 300 }),
  claims('an iat in milliseconds', { iat: Date.now() }),
  claims('no iat', { iat: undefined }),
  claims('an exp of the past', { exp: now() - 60 }),
  claims('no jti', { jti: undefined }),
  claims('no events', { events: undefined }),
  claims('an empty list of events', { events: {} }),
  claims('another event', { events: { 'https://evil.example/event': {} } }),
  claims('an event that is no object', { events: { [event]: 'logout' } }),
  claims('a nonce', { nonce: 'n' }),
  claims('neither sid nor sub', { sid: undefined, sub: undefined }),
  claims('a sid that is a list', { sid: ['ses_70087756327420048'] }),
  claims('a sub that is an object', { sid: undefined, sub: { toString: subject } }),
]

function idToken(issuer: string): Members {
  return idTokenClaims(issuer, { ...nobody, nonce: 'n' }, 'the access token')
}

function tokenOf({ provider }: Scene, { made, claims: honest = logoutTokenClaims }: Lie): string {
  return String(token(honest(provider.url), made, nobody))
}

function send({ application }: Scene, logoutToken: string): Promise<Response> {
  const sending = request(application.url).post('/backchannel-logout').type('form')
  return sending.send({ logout_token: logoutToken }).then((answer) => answer)
}

function expectRefusal(answer: Response): void {
  const { status, body, headers } = answer
  expect([status, body.error]).toEqual([400, 'invalid_request'])
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['set-cookie']).toBeUndefined()
  const said = JSON.stringify(headers) + answer.text
  for (const secret of [marker, clientSecret, 'eyJ']) expect(said).not.toContain(secret)
}

describe.each([
  ['forged', forged],
  ['of another kind', confused],
  ['with claims that are not true', untrue],
])('a logout token %s is refused:', (_kind, lies) => {
  it.each(lies)('$lie', async (lie) => {
    await inScene(async (scene) => {
      const browser = scene.application.visitor()
      await signIn(scene, browser)
      expectRefusal(await send(scene, tokenOf(scene, lie)))
      await browser.call('/app').expect(200)
      expect(scene.provider.trap.hits).toEqual([])
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      // The session is what an honest one would have ended.
      const honest = tokenOf(scene, { lie: 'none', made: { header: logoutType } })
      expect((await send(scene, honest)).status).toBe(200)
      await browser.call('/app').expect(401)
    })
  })
})
