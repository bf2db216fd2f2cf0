import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Sessions } from '../../auth/sessions.ts'
import type { Clock } from '../../ground/clock.ts'
import { LoginError } from '../../ground/errors.ts'
import type { LoginRequest } from '../../ground/types.ts'
import { authorizationUrl, pinsOf } from '../../oidc/authorization-request.ts'
import type { Provider } from '../../oidc/discovery.ts'
import { startTransaction } from '../../oidc/transaction.ts'
import type { RouteHandler } from '../instance/route.ts'
import type { Transactions } from '../instance/transactions.ts'
import { cameFromOtherHost, redirectToOwnHost } from '../request/canonical-host.ts'
import { assertMethod } from '../request/method.ts'
import { queryOf } from '../request/middleware.ts'
import { isNavigation } from '../request/navigation.ts'
import { redirect } from '../request/respond.ts'
import type { AskForEmail } from './ask-for-email.ts'
import type { FindDestination } from './destination.ts'
import { assertOurIssuer, fieldsOf, readLoginQuery } from './login-target.ts'
import { providerError } from './provider-errors.ts'

/** What a sign-in needs to begin. */
export interface LoginParts {
  readonly issuer: string
  readonly discover: () => Promise<Provider>
  readonly transactions: Transactions
  readonly sessions: Sessions
  readonly scope: string
  readonly clock: Clock
  /** Where a sign-in goes, or that the person has to be asked first. */
  readonly findDestination: FindDestination
  readonly askForEmail: AskForEmail
  redirectUri(req: IncomingMessage): string
  safeReturnTo(req: IncomingMessage, value: unknown): string | undefined
  /** The same for a value that may be a whole URL. */
  safeReturnToUrl(req: IncomingMessage, value: unknown): string | undefined
  /** Where this request should have gone, if it came to a host that `baseUrl` does not name. */
  ownUrl(req: IncomingMessage): URL | undefined
}

/**
 * Begins a sign-in: resolves where to, keeps the transaction, sends the browser to Scalekit; or
 * asks for an e-mail address, where that is what it takes.
 */
export type StartLogin = (
  req: IncomingMessage,
  res: ServerResponse,
  request: LoginRequest,
  options?: LoginOptions,
) => Promise<void>

interface LoginOptions {
  /** Whether this is the second attempt, because the transaction of the first was lost. */
  readonly isRestart?: boolean
  /** The session that wants to be switched to the organization of the request. */
  readonly switchedFrom?: string | undefined
}

/** @throws ScalekitError for a request that cannot be sent, or a provider out of reach */
export function startLogin(parts: LoginParts): StartLogin {
  const { discover, transactions, scope, clock } = parts

  return async function login(req, res, asked, options = {}) {
    const { request, ask } = await parts.findDestination(req, asked)
    const returnTo = parts.safeReturnTo(req, request.returnTo)
    if (ask === undefined) return go(req, res, { ...request, returnTo: returnTo ?? '/' }, options)
    const { loginHint = '', prompt } = request
    await parts.askForEmail(req, res, {
      fields: fieldsOf({ prompt, returnTo, restart: options.isRestart ? '1' : undefined }),
      email: loginHint,
      problem: ask === 'first' ? undefined : ask,
    })
  }

  async function go(
    req: IncomingMessage,
    res: ServerResponse,
    { loginHint, prompt, returnTo, ...target }: LoginRequest & { readonly returnTo: string },
    { isRestart = false, switchedFrom }: LoginOptions,
  ): Promise<void> {
    const provider = await discover()
    const transaction = startTransaction(
      {
        redirectUri: parts.redirectUri(req),
        returnTo,
        pins: pinsOf(target),
        startedAt: clock(),
        ...(switchedFrom === undefined ? {} : { switchedFrom }),
        ...(prompt === 'login' ? { isFreshLogin: true } : {}),
      },
      { isRestart },
    )
    const details = { scope, loginHint, prompt }
    const url = await authorizationUrl(provider, transaction, target, details)
    transactions.keep(req, res, transaction)
    redirect(req, res, url.href)
  }
}

/**
 * `GET /login`. Only a person opening it begins a sign-in: what a script, a prefetch or a link
 * scanner asks for would leave transactions that nobody finishes.
 */
export function loginRoute(
  { issuer, sessions, ownUrl, safeReturnToUrl }: LoginParts,
  start: StartLogin,
): RouteHandler {
  return async function login(req, res) {
    assertMethod(req, res, ['GET'], 'A sign-in begins with GET')
    if (!isNavigation(req)) {
      throw new LoginError('navigation_required', 'A sign-in begins by opening a page', {
        hint: 'Send the browser there with location.assign(), not with fetch().',
      })
    }
    const query = queryOf(req)
    // A sign-in that began at an identity provider ends here, too, when it fails at Scalekit.
    const error = query.get('error')
    if (error !== null) throw providerError(error, query.get('error_description') ?? undefined)
    assertOurIssuer(query, issuer)
    const { restart, targetLinkUri, ...request } = readLoginQuery(query)
    const elsewhere = cameFromOtherHost(req) ? undefined : ownUrl(req)
    if (elsewhere) return redirectToOwnHost(req, res, elsewhere)
    const returnTo = request.returnTo ?? safeReturnToUrl(req, targetLinkUri)
    const target = returnTo === undefined ? request : { ...request, returnTo }
    // Whoever is signed in and names an organization switches to it.
    const from = request.organizationId === undefined ? undefined : await sessions.live(req)
    const options = { isRestart: restart !== undefined, switchedFrom: from?.sessionId }
    await start(req, res, target, options)
  }
}
