import { describe, expect, it } from 'vitest'
import { requireAuth, type ScalekitAuth } from '../../src/index.ts'
import { signIn } from '../../src/testing.ts'
import { tampered } from '../lib/oidc/tokens.ts'
import { showPrincipal } from '../support/application.ts'
import { acme, clientId, startBearer, type TokenChanges } from '../support/bearer.ts'
import type { HostApp } from '../support/hosts.ts'
import { rawGet } from '../support/raw-request.ts'
import { navigation } from '../support/visitor.ts'
import { attacker, elliptic, publishedPem } from './provider/keys.ts'

const now = () => Math.floor(Date.now() / 1000)

const everyKind = { accepts: ['user', 'organization-client', 'this-client'] } as const

/** Routes for people, for everyone, and by what they may do. */
function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  const guards = {
    '/app': auth.requireAuth(),
    '/free': requireAuth(),
    '/all': auth.requireAuth(everyKind),
    '/clients': auth.requireAuth({ accepts: ['organization-client'] }),
    '/admin': auth.requireRole('admin'),
    '/orders': auth.requirePermission('orders:read'),
    '/scope': auth.requireScope(['orders']),
    '/write': auth.requireScope(['orders', 'orders:write']),
    '/acme': auth.requireOrganization(acme),
  }
  for (const [path, guard] of Object.entries(guards)) {
    app.use(path, guard)
    app.use(path, showPrincipal)
  }
  app.use('/public', showPrincipal)
}

const started = (options = {}) => startBearer({ bearer: everyKind, ...options }, { mount })

function expectInvalid(answer: {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}): void {
  expect(answer.body).toMatchObject({ code: 'invalid_token', status: 401 })
  expect(answer.status).toBe(401)
  expect(answer.headers['www-authenticate']).toMatch(
    /^Bearer error="invalid_token", error_description="[ A-Za-z:]+"$/,
  )
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(answer.headers['cache-control']).toContain('no-store')
}

const claims = (changes: Readonly<Record<string, unknown>>): TokenChanges => ({ claims: changes })
const header = (changes: Readonly<Record<string, unknown>>): TokenChanges => ({ header: changes })

/** Whether valid tokens came first, so that the key is known and the token is not waited for. */
describe.each([
  ['', 0],
  [', also once the key is known', 2],
])('an access token of a person is refused%s with', (_when, before) => {
  async function startedAfterOthers() {
    const application = await started()
    for (let count = 0; count < before; count += 1) {
      const token = await application.keys.personsToken(claims({ jti: `tkn_before_${count}` }))
      await application.call('/app', `Bearer ${token}`).expect(200)
    }
    return application
  }

  it.each<[string, TokenChanges | (() => TokenChanges)]>([
    ['the key of an attacker', { key: attacker.privateKey }],
    [
      'HS256 with the published key',
      { ...header({ alg: 'HS256' }), key: Buffer.from(publishedPem) },
    ],
    ['ES256', { ...header({ alg: 'ES256' }), key: elliptic.privateKey }],
    ['RS512', header({ alg: 'RS512' })],
    ['PS256', header({ alg: 'PS256' })],
    ['an unknown key id', header({ kid: 'snk_unknown' })],
    ['a key of its own in the header', header({ jwk: { kty: 'RSA' } })],
    ['an address of a key in the header', header({ jku: 'https://evil.example/keys' })],
    ['the type of a logout token', header({ typ: 'logout+jwt' })],
    ['a type that is null', header({ typ: null })],
    ['a type that is a list', header({ typ: ['JWT'] })],
    ['another iss', claims({ iss: 'https://evil.example' })],
    ['an iss with a slash more', () => claims({ iss: undefined })],
    ['a list for iss', claims({ iss: ['https://acme.scalekit.com'] })],
    ['another aud', claims({ aud: ['skc_another'] })],
    ['an aud in another case', claims({ aud: clientId.toUpperCase() })],
    ['an aud that is an object', claims({ aud: { [clientId]: true } })],
    ['another aud and this client', claims({ aud: 'https://api.example' })],
    ['no aud and another client', claims({ aud: undefined, client_id: 'skc_another' })],
    ['no client', claims({ client_id: undefined })],
    ['a list with the client', claims({ client_id: [clientId] })],
    ['no jti', claims({ jti: undefined })],
    ['an empty jti', claims({ jti: '' })],
    ['no subject', claims({ sub: undefined })],
    ['an empty subject', claims({ sub: '' })],
    ['a list with the subject', claims({ sub: ['usr_ada'] })],
    ['an end in the past', () => claims({ exp: now() - 60 })],
    ['no end', claims({ exp: undefined })],
    ['an end that is a string', claims({ exp: '4000000000' })],
    ['a beginning in the future', () => claims({ nbf: now() + 120 })],
    ['an iat of the future', () => claims({ iat: now() + 120 })],
    ['no iat', claims({ iat: undefined })],
    ['an iat of eight days ago', () => claims({ iat: now() - 8 * 86_400 })],
    ['a nonce, as an ID token has', claims({ nonce: 'n' })],
    ['an at_hash, as an ID token has', claims({ at_hash: 'h' })],
    ['a c_hash, as an ID token has', claims({ c_hash: 'h' })],
    ['events, as a logout token has', claims({ events: {} })],
    ['an organization that is a list', claims({ oid: [acme] })],
    ['an organization that is a number', claims({ oid: 1001 })],
    ['the subject of a client', claims({ sub: 'm2morg_1' })],
    ['a payload that is no JSON', { payload: 'no JSON' }],
    ['a payload that is a list', { payload: '[]' }],
    ['a payload that is null', { payload: 'null' }],
  ])('%s', async (_case, changes) => {
    const { keys, call } = await startedAfterOthers()
    const token = await keys.personsToken(typeof changes === 'function' ? changes() : changes)
    for (const path of ['/app', '/free', '/all', '/admin', '/scope', '/acme']) {
      expectInvalid(await call(path, `Bearer ${token}`))
    }
    const { body } = await call('/public', `Bearer ${token}`).expect(200)
    expect(body).toMatchObject({ status: 'signed-out' })
    expect(body.reason).toMatch(/^(token-invalid|expired)$/)
  })

  it('a signature that was cut off, and none at all', async () => {
    const { keys, call } = await startedAfterOthers()
    const [head, payload] = (await keys.personsToken()).split('.')
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    for (const token of [`${head}.${payload}.`, `${head}.${payload}`, `${none}.${payload}.`]) {
      expectInvalid(await call('/app', `Bearer ${token}`))
    }
  })

  it('one changed character, also once the token itself was seen', async () => {
    const { keys, call } = await startedAfterOthers()
    const token = await keys.personsToken()
    await call('/app', `Bearer ${token}`).expect(200)
    for (const part of [0, 1, 2] as const) {
      expectInvalid(await call('/app', `Bearer ${tampered(token, part)}`))
    }
    // The end of the signature is what the cache finds a token by.
    const [, payload, signature] = token.split('.')
    const other = (await keys.personsToken(claims({ sub: 'usr_eve' }))).split('.')
    expectInvalid(await call('/app', `Bearer ${other[0]}.${payload}x.${signature}`))
    expectInvalid(await call('/app', `Bearer ${other[0]}.${other[1]}.${signature}`))
    await call('/app', `Bearer ${token}`).expect(200)
  })
})

describe('what is no access token', () => {
  it('is refused: an ID token, an IdP-initiated one, a refresh token, a JWT of one character', async () => {
    const { keys, call } = await started()
    const idToken = await keys.personsToken(
      claims({ azp: clientId, at_hash: 'h', c_hash: 'h', amr: ['conn_1'], jti: undefined }),
    )
    const bareIdToken = await keys.personsToken(claims({ jti: undefined, client_id: undefined }))
    const idpToken = await keys.personsToken({
      payload: JSON.stringify({
        iss: keys.url,
        organization_id: acme,
        connection_id: 'conn_1',
        login_hint: 'ada@acme.example',
        iat: now(),
        exp: now() + 300,
      }),
    })
    for (const token of [
      idToken,
      bareIdToken,
      idpToken,
      'rt_0123456789abcdef',
      'a',
      'a.b.c',
      '..',
    ]) {
      expectInvalid(await call('/all', `Bearer ${token}`))
    }
  })

  it('is a token of another client’s own', async () => {
    const { keys, call } = await started()
    const own = { sub: 'skc_another', client_id: 'skc_another' }
    expectInvalid(await call('/all', `Bearer ${await keys.clientToken(claims(own))}`))
    const addressed = claims({ ...own, aud: [clientId] })
    expectInvalid(await call('/all', `Bearer ${await keys.clientToken(addressed)}`))
  })

  it('is one of an organization’s client without an organization', async () => {
    const { keys, call } = await started()
    for (const oid of [undefined, '', 5, [acme]]) {
      expectInvalid(await call('/all', `Bearer ${await keys.organizationToken(claims({ oid }))}`))
    }
  })
})

describe('the header', () => {
  it.each<[string, (token: string) => string]>([
    ['two spaces', (token) => `Bearer  ${token}`],
    ['a tab', (token) => `Bearer\t${token}`],
    ['no token', () => 'Bearer'],
    ['no token and a comma', () => 'Bearer,'],
    ['a comma at its end', (token) => `Bearer ${token},`],
    ['two tokens', (token) => `Bearer ${token} ${token}`],
    ['two tokens and a comma', (token) => `Bearer ${token}, Bearer ${token}`],
    ['a colon', (token) => `Bearer: ${token}`],
    ['an equals sign', (token) => `Bearer=${token}`],
    ['quotes', (token) => `Bearer "${token}"`],
    ['a parameter', (token) => `Bearer token=${token}`],
    ['padding', (token) => `Bearer ${token}=`],
    ['a percent sign', () => 'Bearer %'],
    ['a letter of another alphabet', (token) => `Bearer ${token}\u00e9`],
  ])('with %s is decided by the token alone, and refused', async (_case, spelled) => {
    const { url, keys, app, auth } = await started()
    const token = await keys.personsToken()
    const { cookie } = await signIn(auth, { email: 'ada@acme.example' }, { app })
    const lines = [`Authorization: ${spelled(token)}`, `Cookie: ${cookie}`]
    const answer = await rawGet(url, '/app', lines)
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_token' })
    expect(answer.headers.map(([name]) => name)).not.toContain('set-cookie')
  })

  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('counts as %s', async (scheme) => {
    const { keys, call } = await started()
    await call('/app', `${scheme} ${await keys.personsToken()}`).expect(200)
  })

  it('is refused where it is there twice, whichever comes first', async () => {
    const { url, keys } = await started()
    const [one, other] = [await keys.personsToken(), await keys.personsToken()]
    const cases = [
      [`Authorization: Bearer ${one}`, `Authorization: Bearer ${other}`],
      [`Authorization: Bearer ${one}`, `authorization: Bearer ${one}`],
      [`Authorization: Bearer ${one}`, 'Authorization: Basic YTpi'],
      ['Authorization: Basic YTpi', `AUTHORIZATION: Bearer ${one}`],
    ]
    for (const lines of cases) {
      const answer = await rawGet(url, '/app', lines)
      expect(answer.status).toBe(401)
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_token' })
    }
    expect((await rawGet(url, '/app', [`Authorization: Bearer ${one}`])).status).toBe(200)
  })

  it.each(['Basic YTpi', 'Bearerx abc', 'Bearer-Token abc', 'Digest a="b"', 'DPoP abc', ''])(
    'of another scheme leaves the cookie in force: %s',
    async (authorization) => {
      const { call, app, auth } = await started()
      const { cookie } = await signIn(auth, { email: 'ada@acme.example' }, { app })
      const { body } = await call('/app', authorization, { cookie }).expect(200)
      expect(body).toMatchObject({ via: 'session' })
      const refused = await call('/app', authorization).expect(401)
      expect(refused.body.code).toBe('not_signed_in')
      expect(refused.headers['www-authenticate']).toBe('Bearer')
    },
  )

  it('alone is read: no token in the query, in a form or in a cookie', async () => {
    const { url, keys, call } = await started()
    const token = await keys.personsToken()
    await call(`/app?access_token=${token}`).expect(401)
    await call('/app', undefined, { cookie: `access_token=${token}` }).expect(401)
    const body = new URLSearchParams({ access_token: token })
    expect((await fetch(`${url}/app`, { method: 'POST', body })).status).toBe(401)
  })
})

describe('a token and a cookie in one request', () => {
  it('are decided by the token alone, and the cookie is neither read nor set', async () => {
    const { keys, call, app, auth } = await started()
    const { cookie } = await signIn(auth, { email: 'ada@acme.example' }, { app })
    const token = await keys.personsToken(claims({ sub: 'usr_eve', roles: [] }))
    const { body, headers } = await call('/app', `Bearer ${token}`, { cookie }).expect(200)
    expect(body).toMatchObject({ via: 'bearer', user: { id: 'usr_eve' }, roles: [] })
    expect(body).not.toHaveProperty('sessionId')
    expect(headers['set-cookie']).toBeUndefined()
    for (const wrong of ['Bearer x', `Bearer ${tampered(token, 1)}`, 'Bearer']) {
      expectInvalid(await call('/app', wrong, { cookie }))
      const seen = await call('/public', wrong, { cookie }).expect(200)
      expect(seen.body).toMatchObject({ status: 'signed-out', reason: 'token-invalid' })
    }
  })

  it('never lead to a redirect, and never to a page', async () => {
    const { keys, call } = await started()
    const late = await keys.personsToken(claims({ exp: now() - 60 }))
    expectInvalid(await call('/app', `Bearer ${late}`, navigation))
    expectInvalid(await call('/app', 'Bearer', navigation))
    const { status, headers } = await call('/app', undefined, navigation)
    expect([status, headers.location]).toEqual([302, '/login?return_to=%2Fapp'])
    const other = await keys.personsToken(claims({ oid: 'org_9' }))
    const refused = await call('/acme', `Bearer ${other}`, navigation).expect(403)
    expect(refused.body).toMatchObject({ code: 'wrong_organization' })
    expect(refused.body).not.toHaveProperty('loginUrl')
  })
})

describe('an audience', () => {
  const audience = 'https://api.acme.example'

  it('that is set is the only one that counts, for every kind', async () => {
    const { keys, call } = await started({ bearer: { ...everyKind, audience } })
    for (const make of [keys.personsToken, keys.organizationToken, keys.clientToken]) {
      await call('/all', `Bearer ${await make(claims({ aud: audience }))}`).expect(200)
      await call('/all', `Bearer ${await make(claims({ aud: ['x', audience] }))}`).expect(200)
      for (const aud of [undefined, clientId, [], '', `${audience}/`, audience.toUpperCase()]) {
        expectInvalid(await call('/all', `Bearer ${await make(claims({ aud }))}`))
      }
    }
  })

  it('of another API is refused where none is set, for every kind', async () => {
    const { keys, call } = await started()
    for (const make of [keys.personsToken, keys.organizationToken, keys.clientToken]) {
      await call('/all', `Bearer ${await make(claims({ aud: [clientId] }))}`).expect(200)
      for (const aud of [audience, [audience], [], '', 5, null]) {
        expectInvalid(await call('/all', `Bearer ${await make(claims({ aud }))}`))
      }
    }
  })
})

describe('an issuer', () => {
  it('is one of those that are set, exactly', async () => {
    const keysOf = await startBearer()
    const resource = `${keysOf.keys.url}/resources/res_1`
    const { keys, call } = await started()
    for (const iss of [`${keys.url}/`, `${keys.url}/resources/res_1`, resource, '', null]) {
      expectInvalid(await call('/app', `Bearer ${await keys.personsToken(claims({ iss }))}`))
    }
  })

  it('of a resource counts where it is set, and the environment’s then does not', async () => {
    const issuers = 'https://acme.scalekit.example/resources/res_1'
    const { keys, call } = await started({ bearer: { issuers, audience: 'res_1' } })
    const aud = 'res_1'
    const good = await keys.personsToken(claims({ iss: issuers, aud }))
    await call('/app', `Bearer ${good}`).expect(200)
    expectInvalid(await call('/app', `Bearer ${await keys.personsToken(claims({ aud }))}`))
  })
})

describe('a machine', () => {
  it('is let in by no guard that does not accept its kind', async () => {
    const { keys, call } = await started()
    for (const make of [keys.organizationToken, keys.clientToken]) {
      const token = `Bearer ${await make(claims({ permissions: ['orders:read'] }))}`
      for (const path of ['/app', '/free', '/admin', '/orders', '/scope', '/acme']) {
        const { body } = await call(path, token).expect(403)
        expect(body.code).toBe('machine_not_accepted')
      }
      await call('/all', token).expect(200)
    }
    await call('/clients', `Bearer ${await keys.organizationToken()}`).expect(200)
    await call('/clients', `Bearer ${await keys.clientToken()}`).expect(403)
    const person = await call('/clients', `Bearer ${await keys.personsToken()}`).expect(403)
    expect(person.body.code).toBe('user_not_accepted')
  })

  it.each([
    ['organization-client', ['user', 'this-client']],
    ['this-client', ['user', 'organization-client']],
    ['user', ['organization-client', 'this-client']],
  ] as const)(
    'or person of a kind that the option does not accept is refused: %s',
    async (kind, accepts) => {
      const { keys, call } = await started({ bearer: { accepts } })
      const make = {
        user: keys.personsToken,
        'organization-client': keys.organizationToken,
        'this-client': keys.clientToken,
      }[kind]
      expectInvalid(await call('/all', `Bearer ${await make()}`))
    },
  )

  it('is shown without a user, and is not signed in', async () => {
    const { keys, call } = await started()
    const { body } = await call('/all', `Bearer ${await keys.organizationToken()}`).expect(200)
    expect(body).toMatchObject({
      status: 'machine',
      via: 'bearer',
      client: { id: 'm2morg_1', kind: 'organization-client' },
      organizationId: acme,
      scopes: ['orders'],
    })
    expect(body).not.toHaveProperty('user')
  })

  it('sees nothing that the kit’s own routes show to people', async () => {
    const { keys, call } = await started({ portal: { role: 'admin' } })
    const token = `Bearer ${await keys.organizationToken()}`
    for (const [path, headers] of [['/me'], ['/organizations'], ['/portal', navigation]] as const) {
      const { body } = await call(path, token, headers).expect(403)
      expect(body.code).toBe('machine_not_accepted')
    }
  })
})

describe('a kind that a guard accepts, and `bearer.accepts` does not', () => {
  it('is named in the log once, when a request is refused', async () => {
    const { keys, call, log } = await started({ bearer: { accepts: ['user'] } })
    const lines = () => log.filter((line) => line.includes('bearer_kind_not_accepted'))
    await call('/all', `Bearer ${await keys.personsToken()}`).expect(200)
    await call('/app', `Bearer ${await keys.organizationToken()}`).expect(401)
    expect(lines()).toEqual([])
    await call('/all', `Bearer ${await keys.organizationToken()}`).expect(401)
    await call('/all', `Bearer ${await keys.organizationToken()}`).expect(401)
    expect(lines()).toEqual([
      expect.stringMatching(/^warn .*"organization-client", "this-client".*bearer: { accepts: /),
    ])
  })

  it('is not named where `bearer.accepts` has it', async () => {
    const { call, log } = await started()
    await call('/all').expect(401)
    await call('/all', 'Bearer x').expect(401)
    expect(log.join()).not.toContain('bearer_kind_not_accepted')
  })
})

describe('what a token says of its holder', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['roles as a string', { roles: 'admin' }],
    ['roles as an object', { roles: { admin: true } }],
    ['roles that are no strings', { roles: ['admin', { name: 'admin' }] }],
    ['roles null', { roles: null }],
    ['permissions as a string', { permissions: 'orders:read' }],
    ['permissions in a list of lists', { permissions: [['orders:read']] }],
    ['a scope that is a number', { scope: 1 }],
    ['a scope that is an object', { scope: { orders: true } }],
    ['scopes that are no strings', { scope: undefined, scopes: [{ orders: true }] }],
    ['scopes that are one string', { scope: undefined, scopes: 'orders' }],
  ])(
    'grants nothing where it is of a wrong type, and nothing is thrown: %s',
    async (_case, wrong) => {
      const { keys, call } = await started()
      const none = { roles: [], permissions: [], scope: '', ...wrong }
      const token = `Bearer ${await keys.personsToken(claims(none))}`
      await call('/app', token).expect(200)
      for (const [path, code] of [
        ['/admin', 'role_required'],
        ['/orders', 'permission_required'],
        ['/scope', 'insufficient_scope'],
      ]) {
        expect((await call(path!, token).expect(403)).body.code).toBe(code)
      }
    },
  )

  it('is read from a string and from a list of scopes, and a missing one is named', async () => {
    const { keys, call } = await started()
    for (const held of [{ scope: 'a orders' }, { scope: undefined, scopes: ['a', 'orders'] }]) {
      const token = `Bearer ${await keys.personsToken(claims(held))}`
      await call('/scope', token).expect(200)
      const { headers } = await call('/write', token).expect(403)
      expect(headers['www-authenticate']).toBe(
        'Bearer error="insufficient_scope", scope="orders orders:write"',
      )
    }
  })

  it('is no organization where there is no oid', async () => {
    const { keys, call } = await started()
    for (const oid of [undefined, null, '']) {
      const token = `Bearer ${await keys.personsToken(claims({ oid, xoid: acme }))}`
      const { body } = await call('/app', token).expect(200)
      expect(body).not.toHaveProperty('organizationId')
      expect(body).not.toHaveProperty('externalOrganizationId')
      await call('/acme', token).expect(403)
    }
  })
})

describe('without the option', () => {
  it('the header is not read, and no response names a scheme', async () => {
    const { keys, call, app, auth } = await started({ bearer: undefined })
    const { cookie } = await signIn(auth, { email: 'ada@acme.example' }, { app })
    const token = `Bearer ${await keys.personsToken()}`
    for (const path of ['/app', '/admin', '/scope', '/organizations']) {
      const { headers, body } = await call(path, token).expect(401)
      expect(headers['www-authenticate']).toBeUndefined()
      expect(body.code).toBe('not_signed_in')
    }
    await call('/app', token, { cookie }).expect(200)
  })
})

describe('keys', () => {
  it('are loaded once for hundreds of tokens with made-up key ids, and good tokens pass', async () => {
    const { url, keys, call } = await started()
    const good = `Bearer ${await keys.personsToken()}`
    await call('/app', good).expect(200)
    const [, payload, signature] = good.split('.')
    const forged = Array.from({ length: 300 }, (_, index) => {
      const head = JSON.stringify({ alg: 'RS256', kid: `snk_${index}`, typ: 'JWT' })
      return `Bearer ${Buffer.from(head).toString('base64url')}.${payload}.${signature}`
    })
    for (let at = 0; at < forged.length; at += 50) {
      const batch = forged.slice(at, at + 50)
      const answers = await Promise.all(
        batch.map((authorization) => fetch(`${url}/app`, { headers: { authorization } })),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    }
    expect(keys.loads()).toBe(1)
    await call('/app', good).expect(200)
    await call('/app', `Bearer ${await keys.personsToken()}`).expect(200)
  })

  it('that cannot be loaded are an outage, and no wrong token: 503 and no challenge', async () => {
    const { keys, call, log } = await started()
    keys.answer(500)
    const token = `Bearer ${await keys.personsToken()}`
    for (const path of ['/app', '/free', '/all', '/admin', '/me']) {
      const { headers, body } = await call(path, token).expect(503)
      expect(body.code).toBe('provider_unavailable')
      expect(headers['www-authenticate']).toBeUndefined()
      expect(headers['retry-after']).toBe('5')
    }
    // No visitor makes the kit ask a provider that is down for each of their requests.
    expect(keys.loads()).toBe(1)
    expect(log.join('\n')).not.toContain(token.slice(-40))
  })
})

describe('the log', () => {
  it('says by which check a token was refused, at the level debug, and nothing of the token', async () => {
    const { keys, call, log } = await started()
    const token = await keys.personsToken(claims({ aud: 'https://secret-api.example' }))
    await call('/app', `Bearer ${token}`).expect(401)
    const lines = log.filter((line) => line.includes('bearer: '))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('its aud does not name this client')
    expect(lines[0]).toMatch(/^debug /)
    expect(log.join('\n')).not.toContain('secret-api')
    expect(log.join('\n')).not.toContain(token.split('.')[2]!)
  })
})
