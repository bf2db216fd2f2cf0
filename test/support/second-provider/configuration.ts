import type {
  AdapterFactory,
  ClientMetadata,
  Configuration,
  Grant,
  JWK,
  KoaContextWithOIDC,
} from 'oidc-provider'
import { accessTokenClaims, claimsByScope, idTokenClaims } from './claims.ts'
import { memberBySubject } from './people.ts'

/** Who the application is at the second provider. */
export const credentials = { clientId: 'skc_55', clientSecret: 'a secret of the second provider' }

const scope = 'openid email profile'
/** oidc-provider makes a JWT of an access token only if the token is for a resource. */
const resource = 'urn:application'

/** oidc-provider as strict as it gets, with Scalekit's paths, selectors and claims. */
export function configurationOf(
  applicationUrl: string,
  key: JWK,
  adapter: AdapterFactory,
): Configuration {
  return {
    adapter,
    jwks: { keys: [key] },
    clients: [clientOf(applicationUrl)],
    clientAuthMethods: ['client_secret_post'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: scope.split(' '),
    claims: claimsByScope,
    extraParams: ['connection_id', 'organization_id', 'domain', 'domain_hint'],
    cookies: { keys: ['signs the cookies of the second provider'] },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      jwks: '/keys',
      userinfo: '/userinfo',
      end_session: '/oidc/logout',
    },
    ...people,
    ...accessTokens,
    ...pages,
    // In seconds; said outright, because oidc-provider prints a notice for its own defaults.
    ttl: {
      AccessToken: 900,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3900,
      Interaction: 900,
      Session: 3600,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: jwtForApplication,
      rpInitiatedLogout: { logoutSource: (ctx, form) => show(ctx, form) },
    },
  }
}

function clientOf(applicationUrl: string): ClientMetadata {
  return {
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', 'client_credentials'],
    response_types: ['code'],
    redirect_uris: [`${applicationUrl}/callback`],
    post_logout_redirect_uris: [`${applicationUrl}/logout`],
    require_auth_time: true,
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

const accessTokens: Configuration = {
  extraTokenClaims: (_ctx, token) => {
    const member = 'accountId' in token ? memberBySubject(token.accountId) : undefined
    return member && accessTokenClaims(member)
  },
  formats: {
    customizers: {
      // Scalekit's header says `JWT`; by RFC 9068 it would be `at+jwt`.
      jwt(_ctx, _token, parts) {
        parts.header = { ...parts.header, typ: 'JWT' }
      },
    },
  },
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
