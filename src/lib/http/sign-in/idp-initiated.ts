import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SignedIn } from '../../auth/principal.ts'
import type { Sessions } from '../../auth/sessions.ts'
import type { Clock } from '../../ground/clock.ts'
import { LoginError, ScalekitError } from '../../ground/errors.ts'
import type { LoginRequest } from '../../ground/types.ts'
import type { Client, Provider } from '../../oidc/discovery.ts'
import { type IdpLogin, verifyIdpLogin } from '../../oidc/idp-initiated.ts'
import type { KeySet } from '../../oidc/key-sets.ts'
import type { SingleUse } from '../../state/store.ts'
import { claimOnce } from '../instance/claim-once.ts'
import type { RouteHandler } from '../instance/route.ts'
import type { Theme } from '../pages/page.ts'
import { switchPage } from '../pages/pages.ts'
import { cameFromOtherHost, keepMarker, redirectToOwnHost } from '../request/canonical-host.ts'
import { assertMethod } from '../request/method.ts'
import { originalUrl, pathOf, queryOf } from '../request/middleware.ts'
import { asksForPage, isPrefetch } from '../request/navigation.ts'
import { sendPage } from '../request/respond.ts'
import { isWanted } from '../request/same-origin.ts'
import type { StartLogin } from './login.ts'
import { assertOurIssuer, isLoginHint } from './login-target.ts'
import { providerError } from './provider-errors.ts'

const tokenParameter = 'idp_initiated_login'

/** What a sign-in that began at an identity provider needs. */
export interface IdpLoginParts {
  readonly client: Client
  readonly discover: () => Promise<Provider>
  readonly keysOf: (provider: Provider) => KeySet
  readonly singleUse: SingleUse
  readonly sessions: Sessions
  readonly clock: Clock
  readonly start: StartLogin
  readonly theme: Theme
  origin(req: IncomingMessage): string
  ownUrl(req: IncomingMessage): URL | undefined
  safeReturnToUrl(req: IncomingMessage, value: unknown): string | undefined
}

/**
 * Puts sign-ins that began at an identity provider before a route: Scalekit sends them to
 * `/login`, or to `/callback` where no other address was registered.
 *
 * The token signs nobody in. It says where a sign-in of our own should go, with our own state,
 * nonce and PKCE; whoever has stolen or planted one gains what a link to `/login` gives.
 */
export function withIdpLogin(parts: IdpLoginParts, route: RouteHandler): RouteHandler {
  const { client, clock, sessions } = parts

  return async function routeOrIdpLogin(req, res) {
    const query = queryOf(req)
    if (query.has(tokenParameter)) await idpLogin(req, res, query)
    else await route(req, res)
  }

  async function idpLogin(
    req: IncomingMessage,
    res: ServerResponse,
    query: URLSearchParams,
  ): Promise<void> {
    assertAsked(req, res, parts.origin(req))
    const { token, relayState } = readQuery(query, client.issuer)
    const elsewhere = cameFromOtherHost(req) ? undefined : parts.ownUrl(req)
    if (elsewhere) return redirectToOwnHost(req, res, elsewhere)
    const login = await verify(token)
    const other = await somebodyElse(login, req, res)
    if (other && req.method !== 'POST') {
      const switching = { from: other.user.email, to: login.loginHint }
      const page = switchPage(ownAction(req, token, relayState), switching)
      return sendPage(res, 200, page, parts.theme)
    }
    await claim(parts.singleUse, login)
    await parts.start(req, res, requestOf(login, req, relayState))
  }

  async function verify(token: string): Promise<IdpLogin> {
    const keys = parts.keysOf(await parts.discover())
    const { issuer, clientId } = client
    return verifyIdpLogin(token, { keys, issuer, clientId, clock })
  }

  /** Whose session the sign-in would replace, unless it surely is the same person's. */
  async function somebodyElse(
    { organizationId, loginHint }: IdpLogin,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<SignedIn | undefined> {
    const principal = await sessions.ask(req, res)
    if (principal.status === 'signed-out') return undefined
    const isSamePerson =
      loginHint !== undefined && principal.user.email?.toLowerCase() === loginHint.toLowerCase()
    return isSamePerson && principal.organizationId === organizationId ? undefined : principal
  }

  function requestOf(
    { organizationId, connectionId, loginHint, relayState }: IdpLogin,
    req: IncomingMessage,
    queryRelayState: string | undefined,
  ): LoginRequest {
    const returnTo =
      parts.safeReturnToUrl(req, relayState) ?? parts.safeReturnToUrl(req, queryRelayState)
    return {
      organizationId,
      connectionId,
      // A hint that cannot be sent is no reason to keep somebody out.
      ...(loginHint !== undefined && isLoginHint(loginHint) ? { loginHint } : {}),
      ...(returnTo === undefined ? {} : { returnTo }),
    }
  }
}

/** A person opens the link, or answers our page; nothing else may use the token up. */
function assertAsked(req: IncomingMessage, res: ServerResponse, origin: string): void {
  assertMethod(req, res, ['GET', 'POST'], 'An IdP-initiated login is a GET or a POST')
  if (isPrefetch(req) || !asksForPage(req)) {
    throw new LoginError('navigation_required', 'A sign-in begins by opening a page')
  }
  // Only the form of our own page posts, and it has no use for a token of a script.
  if (req.method === 'POST' && !isWanted(req, { origin, isCsrfToken: () => false })) {
    throw new LoginError('cross_site_request', 'The sign-in did not come from our page')
  }
}

/** @throws LoginError for what Scalekit says went wrong, and for what it never sends */
function readQuery(
  query: URLSearchParams,
  issuer: string,
): { readonly token: string; readonly relayState: string | undefined } {
  const [token, relayState, error, description, code] = [
    tokenParameter,
    'relay_state',
    'error',
    'error_description',
    'code',
  ].map((name) => single(query, name))
  assertOurIssuer(query, issuer)
  if (error !== undefined || description !== undefined) {
    throw providerError(error ?? '', description)
  }
  if (code !== undefined) {
    throw new ScalekitError('parameter_invalid', `${tokenParameter} stands beside a code`)
  }
  return { token: token ?? '', relayState }
}

function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  if (values.length > 1) {
    throw new ScalekitError('parameter_invalid', `${name} is there more than once`)
  }
  return values[0]
}

/** The page's form comes back to the same URL, with nothing but what is needed. */
function ownAction(req: IncomingMessage, token: string, relayState: string | undefined): string {
  const query = new URLSearchParams({ [tokenParameter]: token })
  if (relayState !== undefined) query.set('relay_state', relayState)
  keepMarker(req, query)
  return `${pathOf(originalUrl(req))}?${query}`
}

async function claim(
  singleUse: SingleUse,
  { tokenHash, expiresAt }: Pick<IdpLogin, 'tokenHash' | 'expiresAt'>,
): Promise<void> {
  const isFirst = await claimOnce(singleUse, `idp-login:${tokenHash}`, expiresAt)
  if (!isFirst) throw new LoginError('login_state_used', 'The IdP-initiated login was used before')
}
