import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoginError } from '../../ground/errors.ts'
import type { LoginRequest } from '../../ground/types.ts'
import { authorizationUrl, pinsOf } from '../../oidc/authorization-request.ts'
import { newState, startTransaction } from '../../oidc/transaction.ts'
import type { Instance } from '../instance/instance.ts'
import { cameFromOtherHost, redirectToCanonicalHost } from '../request/canonical-host.ts'
import { noteLocales } from '../request/language.ts'
import { assertMethod } from '../request/method.ts'
import { queryOf } from '../request/middleware.ts'
import { isNavigation } from '../request/navigation.ts'
import { redirect } from '../request/respond.ts'
import { askForEmail } from './ask-for-email.ts'
import { type Destination, findDestination, forwardedDestination } from './destination.ts'
import {
  type FurtherParameters,
  forwardedParameters,
  openParameters,
  sealParameters,
} from './further-parameters.ts'
import {
  assertOurIssuer,
  checkLoginRequest,
  fieldsOf,
  hasPrompt,
  readLoginQuery,
} from './login-target.ts'
import { askedToSwitch } from './other-session.ts'
import { providerError } from './provider-errors.ts'
import { nameSignIn, tellSignIn } from './sign-in-log.ts'
import { requestText, targetText } from './target-text.ts'

interface LoginOptions {
  /** What began the sign-in, for the log. Default: the path of `/login`. */
  readonly by?: string
  /** Whether this is the second attempt, because the transaction of the first was lost. */
  readonly isRestart?: boolean
  /** Whether a link led here, which may be on another site, and not a route of the application. */
  readonly isLink?: boolean
  /** What a link has to prove, if it is on another site and would replace a session. */
  readonly confirm?: string | undefined
  /** What is sent on to Scalekit as it came. */
  readonly forwarded?: FurtherParameters | undefined
}

/**
 * Begins a sign-in: resolves where to, keeps the transaction, sends the browser to Scalekit; or
 * asks for an email address, where that is what it takes.
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
  const state = newState(options)
  nameSignIn(req, state)
  const { request, externalOrganizationId, ask } = await toldDestination(
    instance,
    req,
    asked,
    options,
  )
  noteLocales(req, request.uiLocales)
  const returnTo = instance.addresses.safeReturnTo(req, request.returnTo)
  if (ask === undefined) {
    const { confirm, isLink, forwarded } = options
    const link = { ...asked, confirm, forwarded }
    if (isLink && (await askedToSwitch(instance, req, res, link, request))) return
    const target = { ...request, returnTo: returnTo ?? instance.addresses.home }
    await goToScalekit(instance, req, res, target, { state, externalOrganizationId, forwarded })
    return
  }
  const { loginHint = '', prompt, uiLocales, acrValues } = request
  const parameters = sealParameters(instance, request.parameters)
  const restart = options.isRestart ? '1' : undefined
  await askForEmail(instance, req, res, {
    fields: fieldsOf({ prompt, returnTo, uiLocales, acrValues, parameters, restart }),
    email: loginHint,
    problem: ask === 'first' ? undefined : ask,
  })
}

/** Finds where a sign-in goes, and writes into the log what was asked for and what decided. */
async function toldDestination(
  instance: Instance,
  req: IncomingMessage,
  asked: LoginRequest,
  { by = instance.addresses.paths.login, isRestart = false, forwarded }: LoginOptions,
): Promise<Destination> {
  const again = isRestart ? ', again because its cookie was lost' : ''
  tellSignIn(instance, req, `${by} names ${requestText(asked)}${again}`)
  const destination = forwarded
    ? await forwardedDestination(instance, asked)
    : await findDestination(instance, req, asked)
  tellSignIn(instance, req, destination.reason)
  return destination
}

/** What is known of a sign-in beside where it goes. */
interface Begun {
  readonly state: string
  readonly externalOrganizationId: string | undefined
  readonly forwarded: FurtherParameters | undefined
}

async function goToScalekit(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  request: LoginRequest & { readonly returnTo: string },
  { state, externalOrganizationId, forwarded }: Begun,
): Promise<void> {
  const { addresses, config, discover, transactions, clock, revocations } = instance
  const provider = await discover()
  const isFreshLogin = hasPrompt(request, 'login')
  // A prompt alone proves nothing: the user can take it out of the URL. `auth_time` tells.
  const maxAgeSeconds = isFreshLogin ? 0 : config.login.maxAgeSeconds
  // A sign-in can begin while the store is away, and is taken for an old one then.
  const storeTime = await revocations.askStoreTime()
  const transaction = startTransaction(
    {
      redirectUri: addresses.redirectUri(req),
      returnTo: request.returnTo,
      pins: pinsOf(request, externalOrganizationId),
      startedAt: clock(),
      ...(isFreshLogin ? { isFreshLogin: true } : {}),
      ...(request.allowAnonymous ? { mayStayAnonymous: true } : {}),
      ...(request.uiLocales === undefined ? {} : { uiLocales: request.uiLocales }),
      ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
      ...(storeTime === undefined ? {} : { storeStartedAt: storeTime.earliest }),
    },
    state,
  )
  const { loginHint, prompt, uiLocales, acrValues } = request
  const further = { ...forwarded, ...request.parameters }
  const scope = config.scopes.join(' ')
  const details = { scope, loginHint, prompt, uiLocales, acrValues, further }
  const url = await authorizationUrl(provider, transaction, request, details)
  transactions.keep(req, res, transaction)
  tellSignIn(instance, req, `redirecting to Scalekit, ${targetText(request)}`)
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
  const { addresses, config } = instance
  assertOpened(req, res)
  const query = queryOf(req)
  // A sign-in that began at an identity provider ends here, too, when it fails at Scalekit.
  const error = query.get('error')
  if (error !== null) throw providerError(error, query.get('error_description') ?? undefined)
  assertOurIssuer(query, config.issuer)
  const { restart, targetLinkUri, confirm, parameters: sealed, ...named } = readLoginQuery(query)
  const parameters = openParameters(instance, sealed)
  const request = parameters === undefined ? named : { ...named, parameters }
  const forwarded = forwardedParameters(query, config.login.forward)
  const elsewhere = cameFromOtherHost(req) ? undefined : addresses.canonicalUrl(req)
  if (elsewhere) return redirectToCanonicalHost(instance, req, res, elsewhere)
  const returnTo = request.returnTo ?? addresses.safeReturnToUrl(req, targetLinkUri)
  const target = returnTo === undefined ? request : { ...request, returnTo }
  const options = { isRestart: restart !== undefined, confirm, isLink: true, forwarded }
  await startLogin(instance, req, res, target, options)
}

function assertOpened(req: IncomingMessage, res: ServerResponse): void {
  assertMethod(req, res, ['GET'], 'A sign-in must begin with GET')
  if (isNavigation(req)) return
  throw new LoginError('navigation_required', 'A sign-in must be opened as a page', {
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
  if (!elsewhere) return startLogin(instance, req, res, request, { by: 'auth.login()' })
  const checked = checkLoginRequest(request, config.login.providers)
  const parameters = sealParameters(instance, checked.parameters)
  const fields = fieldsOf({ ...checked, parameters })
  redirectToCanonicalHost(instance, req, res, new URL(addresses.loginUrl(fields), elsewhere))
}
