import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import request, { type Test } from 'supertest'
import { onTestFinished } from 'vitest'
import type { ScalekitAuthOptions } from '../../src/index.ts'
import { jwk, published, publishedKid, rsaPair } from '../hostile/provider/keys.ts'
import { signed } from '../lib/oidc/tokens.ts'
import { type ServedApplication, type ServedParts, serveApplication } from './application.ts'

export const clientId = 'skc_bearer'
export const acme = 'org_1001'
export const globex = 'org_2002'

/** Parts of a token that replace those of a valid one; `undefined` takes a part away. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly payload?: string | Buffer
  readonly key?: Parameters<typeof signed>[2]
}

/** A Scalekit environment that is nothing but its keys. */
export interface KeyServer {
  readonly url: string
  /** How often the keys were asked for. */
  loads(): number
  /** From now on the keys are not answered at all. */
  hang(): void
  /** What the keys are answered with from now on. Default: the published key. */
  answer(status: number, keys?: readonly object[]): void
  /** A person's access token, as Full Stack Auth has them. */
  personsToken(changes?: TokenChanges): Promise<string>
  /** A token of a client of an organization. */
  organizationToken(changes?: TokenChanges): Promise<string>
  /** A token that the application's own client has for itself. */
  clientToken(changes?: TokenChanges): Promise<string>
}

/** Another key that a test may publish. */
export const secondKey = rsaPair(2048)
export const secondKid = 'snk_2'

let tokens = 0

/** Starts a key server that ends with the test. */
export async function startKeyServer(now: () => number = Date.now): Promise<KeyServer> {
  let loads = 0
  let isHanging = false
  let answered = { status: 200, keys: [jwk(published.publicKey)] as readonly object[] }
  const server = createServer((req, res) => {
    const isKeys = req.url === '/keys'
    if (isKeys) loads += 1
    if (isKeys && isHanging) return
    res.statusCode = isKeys ? answered.status : 200
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify(isKeys ? { keys: answered.keys } : documentOf(url)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })

  /** Like those of the samples, by claims that all have. */
  function make(own: Readonly<Record<string, unknown>>, changes: TokenChanges): Promise<string> {
    const iat = Math.floor(now() / 1000)
    tokens += 1
    const claims = {
      iss: url,
      iat,
      nbf: iat,
      exp: iat + 300,
      jti: `tkn_${tokens}`,
      ...own,
      ...changes.claims,
    }
    const header = { alg: 'RS256', kid: publishedKid, typ: 'JWT', ...changes.header }
    const payload = changes.payload ?? JSON.stringify(claims)
    return signed(payload, header, changes.key ?? published.privateKey)
  }

  return {
    url,
    loads: () => loads,
    hang() {
      isHanging = true
    },
    answer(status, keys = answered.keys) {
      answered = { status, keys }
      isHanging = false
    },
    personsToken: (changes = {}) =>
      make(
        {
          sub: 'usr_ada',
          aud: [clientId],
          client_id: clientId,
          oid: acme,
          sid: 'ses_1',
          roles: ['admin'],
          permissions: ['orders:read'],
          scope: 'openid profile orders',
        },
        changes,
      ),
    organizationToken: (changes = {}) =>
      make(
        { sub: 'm2morg_1', client_id: 'm2morg_1', oid: acme, scopes: ['orders'], roles: ['admin'] },
        changes,
      ),
    clientToken: (changes = {}) =>
      make({ sub: clientId, client_id: clientId, scopes: ['orders'] }, changes),
  }
}

function documentOf(url: string): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    jwks_uri: `${url}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

/** An application whose guards take access tokens, and the environment that issues them. */
export interface BearerApplication extends ServedApplication {
  readonly keys: KeyServer
  /** Calls a path with this header `Authorization`. */
  call(path: string, authorization?: string, headers?: Readonly<Record<string, string>>): Test
}

/** Starts both. */
export async function startBearer(
  options: ScalekitAuthOptions = {},
  parts: ServedParts = {},
  now?: () => number,
): Promise<BearerApplication> {
  const keys = await startKeyServer(now)
  const application = await serveApplication(parts, () => ({
    environmentUrl: keys.url,
    clientId,
    clientSecret: 'the client secret of these tests, not of an emulator',
    secret: 'the cookie secret of these tests, which is long enough',
    bearer: {},
    ...options,
  }))
  onTestFinished(() => application.close())
  return {
    ...application,
    keys,
    call: (path, authorization, headers = {}) =>
      request(application.url)
        .get(path)
        .set({ ...headers, ...(authorization === undefined ? {} : { authorization }) }),
  }
}
