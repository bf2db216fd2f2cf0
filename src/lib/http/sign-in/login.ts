import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoginError } from '../../ground/errors.ts'
import type { LoginRequest } from '../../ground/types.ts'
import { authorizationUrl, pinsOf } from '../../oidc/authorization-request.ts'
import { newState, startTransaction } from '../../oidc/transaction.ts'
import { answerFailure } from '../instance/failures.ts'
import type { Instance } from '../instance/instance.ts'
import { cameFromOtherHost, redirectToCanonicalHost } from '../request/canonical-host.ts'
import { noteLocales } from '../request/language.ts'
import { assertMethod } from '../request/method.ts'
import { type Next, queryOf } from '../request/middleware.ts'
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
import { loginAgainQuery } from './login-again.ts'
import {
  assertOurIssuer,
  checkLoginRequest,
  fieldsOf,
  hasPrompt,
  readLoginQuery,
} from './login-target.ts'
import { askedToSwitch } from './other-session.ts'
import { providerError } from './provider-errors.ts'
import { askedForBy } from './retry.ts'
import { nameSignIn, tellSignIn } from './sign-in-log.ts'
import { requestText, targetText } from './target-text.ts'

interface LoginOptions {
  /** The source of the sign-in, for the log. Default: the path of `/login`. */
  readonly by?: string
  /** Whether this is the second attempt, because the transaction of the first was lost. */
  readonly isRestart?: boolean
  /**
   * Whether a link, possibly on another site, started the sign-in, and not a route of the
   * application.
   */
  readonly isLink?: boolean
  /**
   * The proof that the user confirmed. Needed if a link on another site would replace a session.
   */
  readonly confirm?: string | undefined
  /** Parameters that are sent on to Scalekit unchanged. */
  readonly forwarded?: FurtherParameters | undefined
}

/**
 * Begins a sign-in: finds the target, stores the transaction and redirects the browser to Scalekit.
 * If an email address is needed first, it sends the page that asks for one.
 *
 * @throws {@link LoginError} for a request that cannot be sent, {@link ScalekitError}
 *   `provider_unavailable` or `provider_failed`
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

/** Finds the target of a sign-in. Logs the requested target and the reason for the decision. */
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

/** The parts of a sign-in besides its target. */
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
  // The prompt alone proves nothing, because the user can remove it from the URL. `auth_time`
  // proves it.
  const maxAgeSeconds = isFreshLogin ? 0 : config.login.maxAgeSeconds
  // While the store is unavailable, a sign-in can still begin. Without the store's time, it counts
  // as an old one.
  const storeTime = await revocations.askStoreTime()
  const asked = askedForBy(request, forwarded)
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
      ...(asked === undefined ? {} : { asked }),
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
 * `GET /login`. Only a page load begins a sign-in. Requests of scripts, prefetches and link
 * scanners would leave transactions that are never finished.
 */
export async function loginRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): Promise<void> {
  try {
    await beginByQuery(instance, req, res)
  } catch (error) {
    const again = loginAgainQuery(instance, req, error)
    // Pages of a sign-in that failed early speak its languages, too.
    noteLocales(req, again.ui_locales)
    const { return_to: returnTo } = again
    const retryUrl = instance.addresses.loginUrl(again)
    const context = { what: 'sign-in', retryUrl, ...(returnTo === undefined ? {} : { returnTo }) }
    await answerFailure(instance, error, context, req, res, next)
  }
}

async function beginByQuery(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { addresses, config } = instance
  assertOpened(req, res)
  const query = queryOf(req)
  // A sign-in that began at an identity provider and failed at Scalekit is sent here.
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
 * Begins a sign-in from a route of the application. On a host that `baseUrl` does not name, it
 * first redirects to `/login` on the canonical host: a cookie set here would not be sent to the
 * callback there.
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
