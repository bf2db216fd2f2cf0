import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SignedIn } from '../../auth/principal.ts'
import { maxClockDifferenceMs } from '../../ground/clock.ts'
import { LoginError } from '../../ground/errors.ts'
import type { LoginRequest } from '../../ground/types.ts'
import { type IdpLogin, verifyIdpLogin } from '../../oidc/idp-initiated.ts'
import type { SingleUse } from '../../state/store.ts'
import type { Addresses } from '../instance/addresses.ts'
import { claimOnce } from '../instance/claim-once.ts'
import type { Instance } from '../instance/instance.ts'
import type { RouteHandler } from '../instance/route.ts'
import { switchPage } from '../pages/confirm-pages.ts'
import {
  cameFromOtherHost,
  keepMarker,
  redirectToCanonicalHost,
} from '../request/canonical-host.ts'
import { textsFor } from '../request/language.ts'
import { assertMethod } from '../request/method.ts'
import { pathOf, queryOf } from '../request/middleware.ts'
import { asksForPage, isPrefetch } from '../request/navigation.ts'
import { sendPage } from '../request/respond.ts'
import { isWanted } from '../request/same-origin.ts'
import { singleParameter } from '../request/single-parameter.ts'
import { startLogin } from './login.ts'
import { assertOurIssuer, isLoginHint } from './login-target.ts'
import { switchTo } from './other-session.ts'
import { ownFormProof } from './own-form.ts'
import { providerError } from './provider-errors.ts'

const tokenParameter = 'idp_initiated_login'

/**
 * Wraps a route so that it handles sign-ins that began at an identity provider. Scalekit sends them
 * to `/login`, or to `/callback` if no other address was registered.
 *
 * The token starts no session. It only names the target of a sign-in with the kit's own state,
 * nonce and PKCE. With a stolen or planted token, an attacker gains no more than with a link to
 * `/login`.
 */
export function withIdpLogin(route: RouteHandler): RouteHandler {
  return async function routeOrIdpLogin(instance, req, res, next) {
    const query = queryOf(req)
    if (query.has(tokenParameter)) await idpLogin(instance, req, res, query)
    else await route(instance, req, res, next)
  }
}

async function idpLogin(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const { addresses, config, store, theme } = instance
  const session = await liveSession(instance, req, res)
  await assertAsked(instance, req, res, session?.sessionId)
  const { token, relayState } = readQuery(query, config.issuer)
  const elsewhere = cameFromOtherHost(req) ? undefined : addresses.canonicalUrl(req)
  if (elsewhere) return redirectToCanonicalHost(instance, req, res, elsewhere)
  const login = await verify(instance, token)
  const other = session && isOther(session, login) ? session : undefined
  if (other && req.method !== 'POST') {
    const action = ownAction(addresses, req, { token, relayState })
    const fields = { csrf: other.csrfToken() }
    const form = { method: 'post', action, fields, home: addresses.home } as const
    const switching = await switchTo(instance, other, login, 'provider')
    const page = switchPage(form, switching, textsFor(instance, req, res))
    return sendPage(res, 200, page, theme)
  }
  await claim(store.singleUse, login)
  const request = requestOf(addresses, login, req, relayState)
  await startLogin(instance, req, res, request, { by: 'the identity provider' })
}

async function verify(
  { clock, config, discover, shownKeysOf }: Instance,
  token: string,
): Promise<IdpLogin> {
  const { issuer, clientId } = config
  const keys = shownKeysOf(await discover())
  return verifyIdpLogin(token, { keys, issuer, clientId, clock })
}

async function liveSession(
  { sessions }: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<SignedIn | undefined> {
  const principal = await sessions.ask(req, res)
  return principal.status === 'signed-in' ? principal : undefined
}

/**
 * Whether the sign-in would replace another user's session. If that is not certain, it counts as
 * another's.
 */
function isOther(session: SignedIn, { organizationId, loginHint }: IdpLogin): boolean {
  const isSamePerson =
    loginHint !== undefined && session.user.email?.toLowerCase() === loginHint.toLowerCase()
  return !(isSamePerson && session.organizationId === organizationId)
}

function requestOf(
  { safeReturnToUrl }: Addresses,
  { organizationId, connectionId, loginHint, relayState }: IdpLogin,
  req: IncomingMessage,
  queryRelayState: string | undefined,
): LoginRequest {
  const returnTo = safeReturnToUrl(req, relayState) ?? safeReturnToUrl(req, queryRelayState)
  return {
    organizationId,
    connectionId,
    // A hint that cannot be sent is left out. It is no reason to refuse the sign-in.
    ...(loginHint !== undefined && isLoginHint(loginHint) ? { loginHint } : {}),
    ...(returnTo === undefined ? {} : { returnTo }),
  }
}

/** Only lets a page load or the form of the kit's page use up the token. */
async function assertAsked(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  sessionId: string | undefined,
): Promise<void> {
  assertMethod(req, res, ['GET', 'POST'], 'An IdP-initiated login must be a GET or a POST')
  if (isPrefetch(req) || !asksForPage(req)) {
    throw new LoginError('navigation_required', 'A sign-in must be opened as a page')
  }
  // Only the form of the kit's own page sends a POST.
  if (req.method === 'POST' && !(await isWanted(req, ownFormProof(instance, req, sessionId)))) {
    throw new LoginError('cross_site_request', 'The form was not sent by the kit’s own page')
  }
}

/**
 * @throws {@link LoginError} or {@link ScalekitError} for an error that Scalekit sent
 * @throws {@link LoginError} `parameter_invalid` for parameters that Scalekit never sends
 */
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
  ].map((name) => singleParameter(query, name, repeated))
  assertOurIssuer(query, issuer)
  if (error !== undefined || description !== undefined) {
    throw providerError(error ?? '', description)
  }
  if (code !== undefined) {
    throw new LoginError('parameter_invalid', `${tokenParameter} cannot be combined with code`)
  }
  return { token: token ?? '', relayState }
}

function repeated(name: string): LoginError {
  return new LoginError('parameter_invalid', `${name} appears more than once`)
}

/** The form on the page posts to the same URL, reduced to the parameters that are needed. */
function ownAction(
  addresses: Addresses,
  req: IncomingMessage,
  { token, relayState }: { readonly token: string; readonly relayState: string | undefined },
): string {
  const query = new URLSearchParams({ [tokenParameter]: token })
  if (relayState !== undefined) query.set('relay_state', relayState)
  keepMarker(req, query)
  return `${pathOf(addresses.browserTarget(req))}?${query}`
}

async function claim(
  singleUse: SingleUse,
  { tokenHash, expiresAt }: Pick<IdpLogin, 'tokenHash' | 'expiresAt'>,
): Promise<void> {
  // The store expires the entry by its own clock, which may be ahead of the clock that checks the
  // token.
  const keptUntil = expiresAt + maxClockDifferenceMs
  const isFirst = await claimOnce(singleUse, `idp-login:${tokenHash}`, keptUntil)
  if (!isFirst) throw new LoginError('login_state_used', 'The IdP-initiated login was already used')
}
