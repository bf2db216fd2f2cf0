import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CsrfTokens } from '../../auth/csrf.ts'
import type { SignedIn } from '../../auth/principal.ts'
import type { Sessions } from '../../auth/sessions.ts'
import { LoginError, ScalekitError } from '../../ground/errors.ts'
import { type Logger, quote } from '../../ground/log.ts'
import type { Sealer } from '../../ground/seal.ts'
import type { Client, Provider } from '../../oidc/discovery.ts'
import { endSessionUrl } from '../../oidc/end-session.ts'
import type { RouteHandler } from '../instance/route.ts'
import type { Theme } from '../pages/page.ts'
import { signOutPage } from '../pages/pages.ts'
import { assertMethod } from '../request/method.ts'
import { queryOf } from '../request/middleware.ts'
import { asksForPage } from '../request/navigation.ts'
import { redirect, sendJson, sendPage } from '../request/respond.ts'
import { isWanted } from '../request/same-origin.ts'

/** What the sealed `state` of a logout is bound to. */
const stateLabel = 'logout'

/** What a sign-out needs. */
export interface LogoutParts {
  readonly client: Client
  readonly discover: () => Promise<Provider>
  readonly sessions: Sessions
  readonly seal: Sealer
  readonly csrf: CsrfTokens
  readonly logger: Logger
  readonly theme: Theme
  /** Where Scalekit sends the browser afterwards: this route, once more. */
  logoutUri(req: IncomingMessage): string
  origin(req: IncomingMessage): string
  safeReturnTo(req: IncomingMessage, value: unknown): string | undefined
}

/** Signs the browser out here, then at Scalekit, then goes on to `returnTo`. */
export type EndLogin = (
  req: IncomingMessage,
  res: ServerResponse,
  options?: { readonly returnTo?: string },
) => Promise<void>

/** @throws ScalekitError `store_unavailable` when the session could not be ended */
export function endLogin(parts: LogoutParts): EndLogin {
  const { sessions, discover, client, seal, logger } = parts

  return async function logout(req, res, options = {}) {
    // First here, so that whatever happens at Scalekit the session is over.
    const tokens = await sessions.end(req, res)
    const returnTo = parts.safeReturnTo(req, options.returnTo) ?? '/'
    const away = await urlAtScalekit(req, tokens?.idToken, returnTo)
    const redirectTo = away?.href ?? returnTo
    if (asksForPage(req) || req.method === 'GET') redirect(req, res, redirectTo)
    else sendJson(res, 200, { status: 'signed-out', redirectTo })
  }

  async function urlAtScalekit(
    req: IncomingMessage,
    idTokenHint: string | undefined,
    returnTo: string,
  ): Promise<URL | undefined> {
    try {
      return endSessionUrl(await discover(), {
        clientId: client.clientId,
        idTokenHint,
        postLogoutRedirectUri: parts.logoutUri(req),
        state: seal.seal(returnTo, stateLabel),
      })
    } catch (error) {
      if (!(error instanceof ScalekitError)) throw error
      logger.warn(`signed out here only: ${error.code}: ${quote(error.message)}`)
      return undefined
    }
  }
}

/**
 * `/logout`: signs out on a POST or a click from this site, asks where neither is proved, and is
 * where Scalekit sends the browser back to.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0
 */
export function logoutRoute(parts: LogoutParts, end: EndLogin): RouteHandler {
  const { sessions, seal } = parts
  return async function logout(req, res) {
    assertMethod(req, res, ['GET', 'POST'], 'A sign-out is a GET or a POST')
    const query = queryOf(req)
    const returnTo = query.get('return_to') ?? undefined
    const principal = await sessions.ask(req, res)
    if (principal.status === 'signed-out') {
      const came = seal.open(query.get('state') ?? '', stateLabel) ?? returnTo
      redirect(req, res, parts.safeReturnTo(req, came) ?? '/')
    } else if (isWanted(req, proofOf(parts, req, principal))) {
      await end(req, res, returnTo === undefined ? {} : { returnTo })
    } else if (req.method === 'GET') {
      sendPage(res, 200, signOutPage(ownAction(parts, req, returnTo)), parts.theme)
    } else {
      throw new LoginError('cross_site_request', 'The sign-out did not come from this site', {
        hint: 'Send it from a page of the application, or with X-CSRF-Token from /me.',
      })
    }
  }
}

/** What proves that a request comes from this site and this session. */
function proofOf(
  { origin, csrf }: LogoutParts,
  req: IncomingMessage,
  { sessionId }: SignedIn,
): Parameters<typeof isWanted>[1] {
  return { origin: origin(req), isCsrfToken: (token) => csrf.isValid(token, sessionId) }
}

/** The page's form comes back here, with a place to go on to that was found safe. */
function ownAction(parts: LogoutParts, req: IncomingMessage, returnTo: string | undefined): string {
  const path = new URL(parts.logoutUri(req)).pathname
  const safe = parts.safeReturnTo(req, returnTo)
  return safe === undefined ? path : `${path}?${new URLSearchParams({ return_to: safe })}`
}
