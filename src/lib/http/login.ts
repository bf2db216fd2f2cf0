import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { LoginError } from '../errors.ts'
import { authorizationUrl, pinsOf } from '../oidc/authorization-request.ts'
import type { Provider } from '../oidc/discovery.ts'
import { startTransaction } from '../oidc/transaction.ts'
import { checkLoginRequest, type LoginRequest, readLoginRequest } from './login-target.ts'
import { queryOf } from './middleware.ts'
import { isNavigation } from './navigation.ts'
import { redirect } from './respond.ts'
import type { Transactions } from './transactions.ts'

/** What a sign-in needs to begin. */
export interface LoginParts {
  readonly discover: () => Promise<Provider>
  readonly transactions: Transactions
  readonly scope: string
  readonly providers: readonly string[]
  readonly clock: Clock
  redirectUri(req: IncomingMessage): string
  safeReturnTo(req: IncomingMessage, value: unknown): string | undefined
}

/** Begins a sign-in: resolves where to, keeps the transaction, sends the browser to Scalekit. */
export type StartLogin = (
  req: IncomingMessage,
  res: ServerResponse,
  request: LoginRequest,
) => Promise<void>

/** @throws ScalekitError for a request that cannot be sent, or a provider out of reach */
export function startLogin(parts: LoginParts): StartLogin {
  const { discover, transactions, scope, providers, clock } = parts
  return async function login(req, res, request) {
    const { loginHint, prompt, returnTo, ...target } = checkLoginRequest(request, providers)
    const provider = await discover()
    const transaction = startTransaction({
      redirectUri: parts.redirectUri(req),
      returnTo: parts.safeReturnTo(req, returnTo) ?? '/',
      pins: pinsOf(target),
      startedAt: clock(),
    })
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
  start: StartLogin,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async function login(req, res) {
    if (req.method !== 'GET') {
      res.setHeader('Allow', 'GET')
      throw new LoginError('method_not_allowed', 'A sign-in begins with GET')
    }
    if (!isNavigation(req)) {
      throw new LoginError('navigation_required', 'A sign-in begins by opening a page', {
        hint: 'Send the browser there with location.assign(), not with fetch().',
      })
    }
    await start(req, res, readLoginRequest(queryOf(req)))
  }
}
