// @module-tag slow
import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { LoginError, type ScalekitAuthOptions } from '../../src/index.ts'
import { readGrants } from '../../src/lib/oidc/access-token.ts'
import { assertPinned, profileOf } from '../../src/lib/oidc/claims.ts'
import { verifyIdToken } from '../../src/lib/oidc/id-token.ts'
import { keptClaims, verifiedClaims } from '../../src/lib/oidc/kept-claims.ts'
import { clientId, issuer, jwk, keyPairs, published } from '../lib/oidc/tokens.ts'
import type { Application } from '../support/application.ts'
import { seededRandom } from '../support/random.ts'
import { start } from '../support/start.ts'
import { type Fate, type GoodToken, mutate, signedWith } from '../support/token-mutations.ts'

/** The same seed makes the same mutations; a failure names its own. */
const seed = Number(process.env.MUTATION_SEED ?? 1)
const clientSecret = 'the client secret of these tests'
const header = { alg: 'RS256', kid: 'rsa', typ: 'JWT' }
const pins = { organizationId: 'org_1', connectionId: 'conn_1' }
const key = keyPairs().rsa
/** Two keys, so that a token has to say which. */
const publishedKeys = [jwk(key.publicKey, 'rsa'), jwk(keyPairs().foreign.publicKey, 'other')]

/** What one sign-in's tokens have to agree with. */
interface SignIn {
  readonly nonce: string
  readonly code: string
}

/** What was made of a token: the person, or `undefined` for nobody. */
type Outcome = Readonly<Record<string, unknown>> | undefined

/** The same for all sign-ins, so that what is made of them can be compared. */
const authTime = nowSeconds()

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function accessTokenOf(sub = 'usr_ada'): string {
  const times = { iat: nowSeconds(), exp: nowSeconds() + 300 }
  const grants = { oid: 'org_1', roles: ['member'], permissions: ['read'], scope: 'openid' }
  return signedWith(key.privateKey, header, {
    iss: issuer,
    sub,
    client_id: clientId,
    ...grants,
    ...times,
  })
}

function halfHash(value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
}

/** A token with every member that the kit looks at, and some that it does not. */
function goodToken({ nonce, code }: SignIn, accessToken: string): GoodToken {
  const claims = {
    iss: issuer,
    sub: 'usr_ada',
    aud: [clientId],
    azp: clientId,
    iat: nowSeconds(),
    nbf: nowSeconds(),
    exp: nowSeconds() + 300,
    nonce,
    at_hash: halfHash(accessToken),
    c_hash: halfHash(code),
    oid: 'org_1',
    amr: ['conn_1'],
    sid: 'ses_1',
    auth_time: authTime,
    email: 'ada@acme.example',
    email_verified: true,
    name: 'Ada Lovelace',
    given_name: 'Ada',
    groups: ['Engineering'],
    client_id: clientId,
    jti: 'tkn_1',
  }
  const others = { ...claims, sub: 'usr_grace', nonce: 'another', email: 'grace@acme.example' }
  return {
    header,
    claims,
    key,
    token: signedWith(key.privateKey, header, claims),
    other: signedWith(key.privateKey, { ...header, cty: 'other' }, others),
  }
}

/** Whether what must not happen did. */
function isWrong(fate: Fate, expected: Outcome, outcome: Outcome): boolean {
  if (fate === 'refused') return outcome !== undefined
  if (outcome === undefined) return fate === 'same'
  const changed = fate === 'same' || fate === 'harmless' ? [] : fate.fields
  return !isSame(without(expected, changed), without(outcome, changed))
}

function without(outcome: Outcome, fields: readonly string[]) {
  const entries = Object.entries(outcome ?? {})
  return Object.fromEntries(entries.filter(([name]) => !fields.includes(name)))
}

function isSame(one: object, other: object): boolean {
  const sorted = (shape: object) => JSON.stringify(Object.entries(shape).sort())
  return sorted(one) === sorted(other)
}

describe(`a mutated ID token (MUTATION_SEED=${seed})`, () => {
  it('is refused by the validator, or the same person: twenty thousand', async () => {
    const signIn = { nonce: 'the nonce of this sign-in', code: 'the code of this sign-in' }
    const accessToken = accessTokenOf()
    const good = goodToken(signIn, accessToken)
    const checks = { keys: published(...publishedKeys), issuer, clientId, clock: Date.now }

    /** As the callback does it. */
    async function redeem(token: string): Promise<Outcome> {
      try {
        const claims = await verifyIdToken(token, { ...checks, ...signIn, accessToken })
        const grants = await readGrants(accessToken, { ...checks, subject: claims.sub })
        const profile = profileOf(claims)
        assertPinned(pins, profile, grants.organizationId)
        return { ...profile, ...grants, claims: keptClaims(verifiedClaims(claims, {}), []) }
      } catch (error) {
        if (error instanceof LoginError) return undefined
        throw error
      }
    }

    const expected = await redeem(good.token)
    expect(expected).toMatchObject({ sub: 'usr_ada', roles: ['member'] })
    const random = seededRandom(seed)
    const wrong: string[] = []
    for (let made = 0; made < 20_000; made += 1) {
      const { what, token, fate } = mutate(good, random)
      if (isWrong(fate, expected, await redeem(token))) wrong.push(what)
    }
    expect(wrong).toEqual([])
  }, 60_000)

  it('signs nobody else in: five hundred over HTTP', async () => {
    const provider = scriptedProvider()
    const application = await start({
      options: { ...provider.options, clientId, clientSecret, environmentUrl: issuer },
    })
    const expected = await signInWith(application, provider, (good) => good.token)
    expect(expected).toMatchObject({ user: { id: 'usr_ada' }, roles: ['member'] })
    const random = seededRandom(seed)
    const wrong: string[] = []
    for (let made = 0; made < 500; made += 1) {
      let fate: Fate = 'refused'
      let what = ''
      const outcome = await signInWith(application, provider, (good) => {
        const mutated = mutate(good, random)
        fate = mutated.fate
        what = mutated.what
        return mutated.token
      })
      if (isWrong(shown(fate), expected, outcome)) wrong.push(what)
    }
    expect(wrong).toEqual([])
  }, 60_000)
})

/** A provider at the end of `http.fetch` that answers each code with the tokens it was told. */
function scriptedProvider() {
  let tokens: object = {}
  const documents: Readonly<Record<string, () => object>> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      jwks_uri: `${issuer}/keys`,
    }),
    '/keys': () => ({ keys: publishedKeys }),
    '/oauth/token': () => tokens,
  }
  const options: ScalekitAuthOptions = {
    http: { fetch: async (url) => Response.json(documents[new URL(url).pathname]!()) },
  }
  return {
    options,
    willIssue(issued: object) {
      tokens = issued
    },
  }
}

/** A whole sign-in of a new browser, and who the application then says it is. */
async function signInWith(
  { visitor }: Application,
  provider: ReturnType<typeof scriptedProvider>,
  idTokenFrom: (good: GoodToken) => string,
): Promise<Outcome> {
  const browser = visitor()
  const query = new URLSearchParams({ organization_id: 'org_1', connection_id: 'conn_1' })
  const { searchParams } = await browser.begin(`/login?${query}`)
  const [nonce, state] = [searchParams.get('nonce')!, searchParams.get('state')!]
  const code = randomBytes(16).toString('hex')
  const access_token = accessTokenOf()
  const id_token = idTokenFrom(goodToken({ nonce, code }, access_token))
  provider.willIssue({ token_type: 'Bearer', expires_in: 300, access_token, id_token })
  await browser.open(`/callback?${new URLSearchParams({ code, state })}`)
  const answer = await browser.call('/app')
  expect([200, 401]).toContain(answer.status)
  const { sessionId, startedAt, expiresAt, ...principal } = answer.body
  return answer.status === 200 ? { ...principal, id: principal.user.id } : undefined
}

/** The same fate, in the words of `req.scalekit`. */
function shown(fate: Fate): Fate {
  return typeof fate === 'string' ? fate : { fields: ['user', 'claims', 'authenticatedAt'] }
}
