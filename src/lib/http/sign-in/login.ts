import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoginError } from '../../ground/errors.ts'
import type { LoginRequest } from '../../ground/types.ts'
import { authorizationUrl, pinsOf } from '../../oidc/authorization-request.ts'
import { startTransaction } from '../../oidc/transaction.ts'
import type { Instance } from '../instance/instance.ts'
import { cameFromOtherHost, redirectToCanonicalHost } from '../request/canonical-host.ts'
import { assertMethod } from '../request/method.ts'
import { queryOf } from '../request/middleware.ts'
import { isNavigation } from '../request/navigation.ts'
import { redirect } from '../request/respond.ts'
import { askForEmail } from './ask-for-email.ts'
import { findDestination } from './destination.ts'
import { assertOurIssuer, checkLoginRequest, fieldsOf, readLoginQuery } from './login-target.ts'
import { providerError } from './provider-errors.ts'

interface LoginOptions {
  /** Whether this is the second attempt, because the transaction of the first was lost. */
  readonly isRestart?: boolean
  /** The session that wants to be switched to the organization of the request. */
  readonly switchedFrom?: string | undefined
}

/**
 * Begins a sign-in: resolves where to, keeps the transaction, sends the browser to Scalekit; or
 * asks for an e-mail address, where that is what it takes.
 *
 * @throws ScalekitError for a request that cannot be sent, or a provider out of reach
 */
export async function startLogin(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  asked: LoginRequest,
  options: LoginOptions = {},
): Promise<void> {
  const { request, ask } = await findDestination(instance, req, asked)
  const returnTo = instance.addresses.safeReturnTo(req, request.returnTo)
  if (ask === undefined) {
    await goToScalekit(instance, req, res, { ...request, returnTo: returnTo ?? '/' }, options)
    return
  }
  const { loginHint = '', prompt } = request
  await askForEmail(instance, req, res, {
    fields: fieldsOf({ prompt, returnTo, restart: options.isRestart ? '1' : undefined }),
    email: loginHint,
    problem: ask === 'first' ? undefined : ask,
  })
}

async function goToScalekit(
  { addresses, config, discover, transactions, clock }: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  { loginHint, prompt, returnTo, ...target }: LoginRequest & { readonly returnTo: string },
  { isRestart = false, switchedFrom }: LoginOptions,
): Promise<void> {
  const provider = await discover()
  const { maxAgeSeconds } = config.login
  const transaction = startTransaction(
    {
      redirectUri: addresses.redirectUri(req),
      returnTo,
      pins: pinsOf(target),
      startedAt: clock(),
      ...(switchedFrom === undefined ? {} : { switchedFrom }),
      ...(prompt === 'login' ? { isFreshLogin: true } : {}),
      ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    },
    { isRestart },
  )
  const details = { scope: config.scopes.join(' '), loginHint, prompt }
  const url = await authorizationUrl(provider, transaction, target, details)
  transactions.keep(req, res, transaction)
  redirect(req, res, url.href)
}

/**
 * `GET /login`. Only a page load begins a sign-in: requests of scripts, prefetches and link scanners
 * would leave transactions behind that are never finished.
 */
export async function loginRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { addresses, config, sessions } = instance
  assertOpened(req, res)
  const query = queryOf(req)
  // A sign-in that began at an identity provider ends here, too, when it fails at Scalekit.
  const error = query.get('error')
  if (error !== null) throw providerError(error, query.get('error_description') ?? undefined)
  assertOurIssuer(query, config.issuer)
  const { restart, targetLinkUri, ...request } = readLoginQuery(query)
  const elsewhere = cameFromOtherHost(req) ? undefined : addresses.canonicalUrl(req)
  if (elsewhere) return redirectToCanonicalHost(req, res, elsewhere)
  const returnTo = request.returnTo ?? addresses.safeReturnToUrl(req, targetLinkUri)
  const target = returnTo === undefined ? request : { ...request, returnTo }
  // A user who is signed in and names an organization switches to it.
  const from = request.organizationId === undefined ? undefined : await sessions.live(req)
  const options = { isRestart: restart !== undefined, switchedFrom: from?.sessionId }
  await startLogin(instance, req, res, target, options)
}

function assertOpened(req: IncomingMessage, res: ServerResponse): void {
  assertMethod(req, res, ['GET'], 'A sign-in begins with GET')
  if (isNavigation(req)) return
  throw new LoginError('navigation_required', 'A sign-in begins by opening a page', {
    hint: 'Send the browser there with location.assign(), not with fetch().',
  })
}

/**
 * Begins a sign-in from a route of the application. On a host that `baseUrl` does not name, it first
 * redirects to `/login` on the canonical host: the callback there would not get a cookie set here.
 */
export async function loginFromApp(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  request: LoginRequest = {},
): Promise<void> {
  const { addresses, config } = instance
  const elsewhere = addresses.canonicalUrl(req)
  if (!elsewhere) return startLogin(instance, req, res, request)
  const fields = fieldsOf(checkLoginRequest(request, config.login.providers))
  redirectToCanonicalHost(req, res, new URL(addresses.loginUrl(fields), elsewhere))
}
