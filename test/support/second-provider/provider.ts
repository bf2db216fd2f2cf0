import { createHash, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type JWK, type KoaContextWithOIDC } from 'oidc-provider'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
import { configurationOf, credentials } from './configuration.ts'
import { organizationByExternalId } from './organizations.ts'
import type { Member, Rights } from './people.ts'
import { signInPage } from './sign-in-page.ts'

/** A provider that this project did not write, standing in for Scalekit. */
export interface SecondProvider {
  readonly url: string
  /** What `scalekitAuth` takes to use this provider. */
  readonly options: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
  /** Accepts the application at this address, and no other. */
  register(applicationUrl: string): void
  /** Signs with a new key from now on; the old one is not published any more. */
  rotateKeys(): void
  /** What access tokens say of a person from now on. */
  allow(member: Member, rights: Partial<Rights>): void
  /** What the token endpoint was asked for, oldest first. */
  readonly tokenCalls: readonly TokenCall[]
  /** What became of the logout tokens it sent, oldest first: `taken`, or what it says went wrong. */
  readonly logouts: readonly string[]
  close(): Promise<void>
}

/** One request to the token endpoint, whose client proved who it is. */
export interface TokenCall {
  readonly grantType: string
  /** Of the refresh token that was presented. */
  readonly tokenHash?: string
  /** `error` of the answer, where it is one. */
  readonly error?: string
}

/** How a provider differs from the usual. */
export interface SecondProviderSettings {
  /** Whether it issues refresh tokens. Default: false. */
  readonly rotates?: boolean
  /** Default: 900. */
  readonly accessTokenSeconds?: number
  /** Whether logout tokens name a session or a user. Default: it sends none. */
  readonly logoutTokens?: 'by session' | 'by user'
}

/**
 * The same with refresh tokens: each works once, and its second use ends the grant.
 *
 * A sign-in that names `offline_access` gets one, as does every other.
 */
export function startRotatingProvider(
  settings: Omit<SecondProviderSettings, 'rotates'> = {},
): Promise<SecondProvider> {
  return startSecondProvider({ ...settings, rotates: true })
}

/** Making a key takes a fifth of a second of processor time, so tests share the first. */
let firstKey: JWK | undefined

/** Starts oidc-provider on a free port of the loopback interface. */
export async function startSecondProvider({
  rotates = false,
  accessTokenSeconds = 900,
  logoutTokens,
}: SecondProviderSettings = {}): Promise<SecondProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // Outlives a change of the configuration.
  const memory = createMemoryAdapter()
  firstKey ??= createKey('snk_1')
  let [key, applicationUrl] = [firstKey, 'http://127.0.0.1']
  const rights = new Map<string, Rights>()
  const rightsOf = (member: Member) => rights.get(member.email) ?? member
  const tokenCalls: TokenCall[] = []
  const logouts: string[] = []

  function configure(): void {
    const configuration = {
      ...{ applicationUrl, key, adapter: memory, rotates, accessTokenSeconds },
      ...(logoutTokens && { logoutTokens }),
    }
    const provider = new Provider(url, configurationOf({ ...configuration, rightsOf }))
    provider.on('grant.success', (ctx) => tokenCalls.push(tokenCallOf(ctx)))
    provider.on('grant.error', (ctx, { error }) => tokenCalls.push({ ...tokenCallOf(ctx), error }))
    provider.on('backchannel.success', () => logouts.push('taken'))
    provider.on('backchannel.error', (_ctx, error) => logouts.push(error.message))
    const serve = provider.callback()
    server.removeAllListeners('request').on('request', (req, res) => {
      if (req.url?.startsWith('/api/')) return organizationByExternalId(req, res)
      if (!req.url?.startsWith('/interaction/')) return serve(req, res)
      return signInPage(provider, req, res).catch((error) => res.destroy(error))
    })
  }

  configure()
  return {
    url,
    options: { environmentUrl: url, ...credentials },
    tokenCalls,
    logouts,
    allow: (member, given) => void rights.set(member.email, { ...rightsOf(member), ...given }),
    register(registered) {
      applicationUrl = registered
      configure()
    },
    rotateKeys() {
      key = createKey('snk_2')
      configure()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function tokenCallOf({ oidc }: KoaContextWithOIDC): TokenCall {
  const { grant_type, refresh_token } = oidc.params ?? {}
  const hash = createHash('sha256').update(String(refresh_token)).digest('base64url')
  return {
    grantType: String(grant_type),
    ...(refresh_token !== undefined && { tokenHash: hash }),
  }
}

function createKey(kid: string): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } as JWK
}
