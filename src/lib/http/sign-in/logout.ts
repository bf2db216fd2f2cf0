import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorFields } from '../../ground/error-fields.ts'
import { LoginError, ScalekitError } from '../../ground/errors.ts'
import { quote, withFields } from '../../ground/log.ts'
import { endSessionUrl } from '../../oidc/end-session.ts'
import type { Addresses } from '../instance/addresses.ts'
import { assertNoToken } from '../instance/ask.ts'
import { arrivalOf } from '../instance/context.ts'
import { answerFailure } from '../instance/failures.ts'
import type { Instance } from '../instance/instance.ts'
import { signOutPage } from '../pages/confirm-pages.ts'
import { textsFor } from '../request/language.ts'
import { assertMethod } from '../request/method.ts'
import { type Next, queryOf } from '../request/middleware.ts'
import { asksForPage } from '../request/navigation.ts'
import { addLogFields, logFieldsOf, tell } from '../request/request-log.ts'
import { redirect, sendJson, sendPage } from '../request/respond.ts'
import { isWanted } from '../request/same-origin.ts'
import { ownFormProof } from './own-form.ts'
import { pathText } from './sign-in-log.ts'

/** The label to which the sealed `state` of a sign-out is bound. */
const stateLabel = 'logout'

/** Options of a sign-out. */
interface LogoutOptions {
  /** The path to which the browser is redirected. Default: `/`. */
  readonly returnTo?: string
  /** Whether the session at Scalekit is kept. Default: false. */
  readonly local?: boolean
}

/**
 * Ends the session here, then at Scalekit unless `local` is set, and redirects to `returnTo`.
 *
 * @throws {@link LoginError} `sign_out_incomplete` if only the cookie was cleared;
 *   {@link AccessError} `session_required` for a request with an access token
 */
export async function endLogin(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  options: LogoutOptions = {},
): Promise<void> {
  assertNoToken(instance, req, 'A sign-out')
  // Ended here first, so that the session is over even if Scalekit fails.
  const tokens = await instance.sessions.end(req, res, arrivalOf(instance, req))
  tell(instance, req, 'sign-out', 'session ended here')
  const returnTo = instance.addresses.safeReturnTo(req, options.returnTo) ?? instance.addresses.home
  if (options.local) tell(instance, req, 'sign-out', 'ended here only, as the application asked')
  const away = options.local
    ? undefined
    : await urlAtScalekit(instance, req, tokens?.idToken, returnTo)
  const redirectTo = away?.href ?? returnTo
  if (asksForPage(req) || req.method === 'GET') redirect(req, res, redirectTo)
  else sendJson(res, 200, { status: 'signed-out', redirectTo })
}

async function urlAtScalekit(
  instance: Instance,
  req: IncomingMessage,
  idTokenHint: string | undefined,
  returnTo: string,
): Promise<URL | undefined> {
  const { addresses, config, discover, logger, logoutSeal } = instance
  try {
    const url = endSessionUrl(await discover(), {
      clientId: config.clientId,
      idTokenHint,
      postLogoutRedirectUri: addresses.logoutUri(req),
      state: logoutSeal.seal(returnTo, stateLabel),
    })
    tell(instance, req, 'sign-out', url ? atScalekit : hereOnly)
    if (url && idTokenHint !== undefined && !url.searchParams.has('id_token_hint')) {
      tell(instance, req, 'sign-out', 'the ID token is too long for the URL and was left out')
    }
    return url
  } catch (error) {
    if (!(error instanceof ScalekitError)) throw error
    const log = withFields(logger, errorFields(error, logFieldsOf(req)))
    log.warn(
      `sign-out: the session ended here, but not at Scalekit: ${error.code}: ${quote(error.message)}`,
    )
    return undefined
  }
}

const atScalekit = 'redirecting to Scalekit, which ends its session'
const hereOnly = 'ended here only: Scalekit’s discovery document has no end_session_endpoint'

/**
 * `/logout`: signs out on a POST or a link of this site. If neither is proved, it asks the user.
 * Scalekit also redirects the browser here after its own sign-out.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0
 */
export async function logoutRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): Promise<void> {
  const { addresses, csrf, theme } = instance
  assertMethod(req, res, ['GET', 'POST'], 'A sign-out must be a GET or a POST')
  assertNoToken(instance, req, 'A sign-out')
  const query = queryOf(req)
  const returnTo = query.get('return_to') ?? undefined
  const session = await sessionToEnd(instance, req, res)
  if (!session) {
    goOn(instance, req, res, query)
  } else if (await isWanted(req, ownFormProof(instance, req, session.sessionId))) {
    addLogFields(req, { userId: session.userId, organizationId: session.organizationId })
    await endLogin(instance, req, res, returnTo === undefined ? {} : { returnTo })
  } else if (req.method === 'GET') {
    tell(instance, req, 'sign-out', 'the request did not come from this site: asking the user')
    const action = ownAction(addresses, req, returnTo)
    const fields = { csrf: csrf.issue(session.sessionId) }
    const form = { action, fields, home: addresses.home }
    sendPage(res, 200, signOutPage(form, textsFor(instance, req, res)), theme)
  } else {
    const signOut = {
      sessionId: session.sessionId,
      returnTo: addresses.safeReturnTo(req, returnTo),
    }
    const context = { what: 'sign-out', signOut }
    await answerFailure(instance, notOfThisSite(), context, req, res, next)
  }
}

function notOfThisSite(): LoginError {
  return new LoginError('cross_site_request', 'The sign-out request did not come from this site', {
    hint: 'Send it from a page of the application, or send the csrfToken of /me in the header X-CSRF-Token.',
  })
}

/** The session that a sign-out is to end. */
interface SessionToEnd {
  readonly sessionId: string
  readonly userId: string
  readonly organizationId: string | undefined
}

/**
 * Returns the live session. While the store is unavailable, a session that may be over already is
 * signed out as well.
 */
async function sessionToEnd(
  { sessions }: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<SessionToEnd | undefined> {
  try {
    const principal = await sessions.ask(req, res)
    if (principal.status === 'signed-out') return undefined
    const { sessionId, user, organizationId } = principal
    return { sessionId, userId: user.id, organizationId }
  } catch (error) {
    if (!(error instanceof ScalekitError && error.code === 'store_unavailable')) throw error
    const identity = sessions.holderOf(req)
    if (!identity) throw error
    const { sessionId, sub: userId, organizationId } = identity
    return { sessionId, userId, organizationId }
  }
}

/** Redirects a browser without a session, or one that Scalekit sent back after the sign-out. */
function goOn(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams,
): void {
  const sent = instance.logoutSeal.open(query.get('state') ?? '', stateLabel)
  const wanted = sent ?? query.get('return_to')
  const landing = instance.addresses.safeReturnTo(req, wanted) ?? instance.addresses.home
  const why = sent === undefined ? 'there is no session' : 'the browser came back from Scalekit'
  tell(instance, req, 'sign-out', `${why}, redirecting to ${pathText(landing)}`)
  redirect(req, res, landing)
}

/** The page's form posts back here, with a `return_to` that was checked. */
function ownAction(
  addresses: Addresses,
  req: IncomingMessage,
  returnTo: string | undefined,
): string {
  const path = new URL(addresses.logoutUri(req)).pathname
  const safe = addresses.safeReturnTo(req, returnTo)
  return safe === undefined ? path : `${path}?${new URLSearchParams({ return_to: safe })}`
}
