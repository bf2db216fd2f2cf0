import type {
  AdapterFactory,
  ClientMetadata,
  Configuration,
  Grant,
  JWK,
  KoaContextWithOIDC,
} from 'oidc-provider'
import { accessTokenClaims, claimsByScope, idTokenClaims } from './claims.ts'
import { type Member, memberBySubject, type Rights } from './people.ts'

/** Who the application is at the second provider. */
export const credentials = { clientId: 'skc_55', clientSecret: 'a secret of the second provider' }

const scope = 'openid email profile'
/** oidc-provider makes a JWT of an access token only if the token is for a resource. */
const resource = 'urn:application'

/** What is particular to one provider. */
export interface Particulars {
  readonly applicationUrl: string
  readonly key: JWK
  readonly adapter: AdapterFactory
  /** Whether it issues refresh tokens, each of which works once. */
  readonly rotates: boolean
  readonly accessTokenSeconds: number
  readonly logoutTokens?: 'by session' | 'by user'
  readonly rightsOf: (member: Member) => Rights
}

/** oidc-provider as strict as it gets, with Scalekit's paths, selectors and claims. */
export function configurationOf(particulars: Particulars): Configuration {
  const { adapter, key, rotates, accessTokenSeconds } = particulars
  return {
    adapter,
    jwks: { keys: [key] },
    clients: [clientOf(particulars)],
    // Its own would refuse the loopback interface.
    fetch: (url, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown } = {}) =>
      fetch(url, options),
    clientAuthMethods: ['client_secret_post'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: [...scope.split(' '), ...(rotates ? ['offline_access'] : [])],
    claims: claimsByScope,
    extraParams: ['connection_id', 'organization_id', 'domain', 'domain_hint'],
    cookies: { keys: ['signs the cookies of the second provider'] },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      jwks: '/keys',
      userinfo: '/userinfo',
      revocation: '/revoke',
      end_session: '/oidc/logout',
    },
    ...people,
    ...accessTokensOf(particulars),
    ...(rotates && refreshTokens),
    ...pages,
    // In seconds; said outright, because oidc-provider prints a notice for its own defaults.
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3900,
      Interaction: 900,
      RefreshToken: 3600,
      Session: 3600,
    },
    features: {
      backchannelLogout: { enabled: particulars.logoutTokens !== undefined },
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      revocation: { enabled: rotates, allowedPolicy: () => true },
      resourceIndicators: jwtForApplication,
      rpInitiatedLogout: {
        logoutSource: (ctx, form) => show(ctx, form),
        postLogoutSuccessSource: (ctx) => show(ctx, ''),
      },
    },
  }
}

function clientOf({ applicationUrl, rotates, logoutTokens }: Particulars): ClientMetadata {
  return {
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: [
      ...['authorization_code', 'client_credentials'],
      ...(rotates ? ['refresh_token'] : []),
    ],
    response_types: ['code'],
    redirect_uris: [`${applicationUrl}/callback`],
    post_logout_redirect_uris: [`${applicationUrl}/logout`],
    require_auth_time: true,
    ...(logoutTokens && {
      backchannel_logout_uri: `${applicationUrl}/backchannel-logout`,
      backchannel_logout_session_required: logoutTokens === 'by session',
    }),
  }
}

const people: Configuration = {
  findAccount: (_ctx, subject, token) => {
    const member = memberBySubject(subject)
    const sid = token && 'sessionUid' in token ? token.sessionUid : undefined
    return member && { accountId: subject, claims: () => idTokenClaims(member, sid) }
  },
  loadExistingGrant: grantEverything,
}

/** Scalekit asks nobody whether their company's application may know who they are. */
async function grantEverything({ oidc }: KoaContextWithOIDC): Promise<Grant> {
  const { client, provider, session } = oidc
  const grant = new provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! })
  grant.addOIDCScope(scope)
  grant.addResourceScope(resource, scope)
  await grant.save()
  return grant
}

const accessTokensOf = ({ rightsOf }: Particulars): Configuration => ({
  extraTokenClaims: (_ctx, token) => {
    const member = 'accountId' in token ? memberBySubject(token.accountId) : undefined
    return member && accessTokenClaims(member, rightsOf(member))
  },
  formats: {
    customizers: {
      // Scalekit's header says `JWT`; by RFC 9068 it would be `at+jwt`.
      jwt(_ctx, _token, parts) {
        parts.header = { ...parts.header, typ: 'JWT' }
      },
    },
  },
})

/**
 * A refresh token that is used again ends its grant, with no grace: oidc-provider's own doing.
 *
 * It drops `offline_access` from requests without `prompt=consent`, so that by itself it would issue
 * no refresh token. Scalekit asks for no consent. Without the scope, they end with the session.
 */
const refreshTokens: Configuration = {
  rotateRefreshToken: true,
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
}

const jwtForApplication: NonNullable<Configuration['features']>['resourceIndicators'] = {
  enabled: true,
  defaultResource: () => resource,
  useGrantedResource: () => true,
  getResourceServerInfo: () => ({
    scope,
    audience: credentials.clientId,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  }),
}

const pages: Configuration = {
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  renderError: (ctx, problem) => show(ctx, problem),
}

function show(ctx: KoaContextWithOIDC, body: unknown): void {
  ctx.body = body
}
