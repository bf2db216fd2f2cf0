import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { jwk, published } from './keys.ts'
import { type AnswerLie, changed, type Grant, type Lies, type Members } from './lies.ts'
import {
  accessTokenClaims,
  clientId,
  externalOrganizationId,
  idTokenClaims,
  organizationId,
  token,
} from './tokens.ts'
import { startTrap, type Trap } from './trap.ts'
import { authorizationFaults, type RecordedRequest, tokenFaults, urlFaults } from './violations.ts'

/** What the provider's only client proves itself with. */
export const clientSecret = 'test_planted_client_secret_7d1f'

/** An OpenID provider in Scalekit's shape that says whatever a test wants it to say. */
export interface Provider {
  readonly url: string
  readonly trap: Trap
  readonly requests: readonly RecordedRequest[]
  /** What the client did that a sound one does not. */
  readonly violations: readonly string[]
  /** How many bytes of floods the client let in. */
  readonly floodBytes: () => number
  /** The sign-ins so far, the newest last. */
  readonly grants: readonly Grant[]
  /** From now on; nothing makes it honest again. */
  lie(lies: Lies): void
  close(): Promise<void>
}

interface PendingGrant extends Grant {
  readonly redirectUri: string
  readonly challenge: string
  isUsed: boolean
}

interface HonestAnswer {
  readonly status: number
  readonly members: Members
}

/** The one call of the API that a sign-in by an external id needs, and its token; always honest. */
const organizationPath = `/api/v1/organizations:external/${externalOrganizationId}`
const organization = { id: organizationId, external_id: externalOrganizationId }
const applicationToken = {
  access_token: 'of_the_application',
  token_type: 'Bearer',
  expires_in: 3600,
}

function isOfApplication({ path, form }: RecordedRequest): boolean {
  return path === '/oauth/token' && form.get('grant_type') === 'client_credentials'
}

/** Starts a provider and its trap, each on a free port. */
export async function startProvider(): Promise<Provider> {
  const trap = await startTrap()
  const requests: RecordedRequest[] = []
  const violations: string[] = []
  const used = new Set<string>()
  const grants: PendingGrant[] = []
  let lies: Lies = {}
  let floodBytes = 0

  const server = createServer((req, res) => void serve(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = await recorded(req)
    requests.push(request)
    violations.push(...urlFaults(request))
    const { path } = request
    if (path === '/oauth/authorize') authorize(request, res)
    else if (isOfApplication(request)) send(res, ok(applicationToken), undefined)
    else if (path === organizationPath) send(res, ok({ organization }), undefined)
    else if (path === '/oauth/token') send(res, redeem(request), lies.token)
    else if (path === '/keys') send(res, ok({ keys: [jwk(published.publicKey)] }), lies.keys)
    else if (path === discoveryPath) send(res, ok(discoveryDocument(url)), lies.discovery)
    else {
      violations.push(`${request.method} ${path}`)
      res.writeHead(404).end()
    }
  }

  /** Everybody is let in at once; a sign-in page has nothing to do with what is tested here. */
  function authorize(request: RecordedRequest, res: ServerResponse): void {
    violations.push(...authorizationFaults(request, used))
    const { query } = request
    if (!query.has('redirect_uri')) return void res.writeHead(400).end()
    const [state, nonce] = [query.get('state') ?? '', query.get('nonce') ?? '']
    const [redirectUri, challenge] = [query.get('redirect_uri'), query.get('code_challenge')]
    const code = `code_${randomBytes(24).toString('base64url')}`
    const other = otherThan(state)
    grants.push({
      code,
      state,
      nonce,
      challenge: `${challenge}`,
      redirectUri: `${redirectUri}`,
      isUsed: false,
    })
    const back = new URL(`${redirectUri}`)
    back.search = new URLSearchParams({ code, state }).toString()
    const location = lies.authorize?.(back, other) ?? back
    res.writeHead(302, { location: String(location) }).end()
  }

  function redeem(request: RecordedRequest): HonestAnswer {
    const { form } = request
    const grant = grants.find(({ code }) => code === form.get('code'))
    violations.push(...tokenFaults(request, grant))
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
      return { status: 401, members: { error: 'invalid_client' } }
    }
    if (!grant || grant.isUsed || challengeOf(form) !== grant.challenge) {
      return { status: 400, members: { error: 'invalid_grant' } }
    }
    grant.isUsed = true
    return ok(tokensFor(grant))
  }

  function tokensFor(grant: PendingGrant): Members {
    const other = otherThan(grant.state)
    const accessToken = token(accessTokenClaims(url), lies.accessToken, other)
    const claims = idTokenClaims(url, grant, String(accessToken))
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 299,
      id_token: token(claims, lies.idToken, other),
      scope: 'openid profile email',
    }
  }

  function otherThan(state: string): Grant {
    const none = { code: 'none', state: 'none', nonce: 'none' }
    return grants.findLast((grant) => grant.state !== state) ?? none
  }

  function send(res: ServerResponse, honest: HonestAnswer, lie: AnswerLie = {}): void {
    const members = changed(honest.members, lie.members, otherThan(''))
    const told = typeof lie.body === 'function' ? lie.body(members) : lie.body
    const body = Buffer.from((told ?? JSON.stringify(members)) as string)
    const status = lie.status ?? honest.status
    const headers = { 'content-type': 'application/json', ...lie.headers }
    if (lie.fault) {
      lie.fault({
        res,
        body,
        headers,
        trapUrl: trap.url,
        flooded: (bytes) => {
          floodBytes += bytes
        },
      })
    } else res.writeHead(status, headers).end(body)
  }

  return {
    url,
    trap,
    requests,
    violations,
    grants,
    floodBytes: () => floodBytes,
    lie(next) {
      lies = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await trap.close()
    },
  }
}

const discoveryPath = '/.well-known/openid-configuration'

function discoveryDocument(url: string): Members {
  return {
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    jwks_uri: `${url}/keys`,
    end_session_endpoint: `${url}/oidc/logout`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  }
}

function ok(members: Members): HonestAnswer {
  return { status: 200, members }
}

/** @see RFC 7636 section 4.6 */
function challengeOf(form: URLSearchParams): string {
  return createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
}

async function recorded(req: IncomingMessage): Promise<RecordedRequest> {
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://provider')
  return {
    receivedAt: performance.now(),
    method: req.method ?? '',
    path: pathname,
    query: searchParams,
    form: new URLSearchParams(await text(req)),
    authorization: req.headers.authorization,
  }
}
