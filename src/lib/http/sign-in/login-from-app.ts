import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LoginRequest } from '../../ground/types.ts'
import type { Addresses } from '../instance/addresses.ts'
import { redirectToOwnHost } from '../request/canonical-host.ts'
import type { StartLogin } from './login.ts'
import { checkLoginRequest, fieldsOf } from './login-target.ts'

/** What a sign-in needs that a route of the application begins. */
export interface LoginFromAppParts {
  readonly at: Pick<Addresses, 'ownUrl' | 'loginUrl'>
  /** The social providers that may be named. */
  readonly providers: readonly string[]
  readonly start: StartLogin
}

/**
 * Begins a sign-in from a route of the application. On a host that `baseUrl` does not name it begins
 * at `/login` on one that it does: a cookie set here would not come back to the callback there.
 */
export function loginFromApp({ at, providers, start }: LoginFromAppParts) {
  return async function login(
    req: IncomingMessage,
    res: ServerResponse,
    request: LoginRequest = {},
  ): Promise<void> {
    const elsewhere = at.ownUrl(req)
    if (!elsewhere) return start(req, res, request)
    const fields = fieldsOf(checkLoginRequest(request, providers))
    redirectToOwnHost(req, res, new URL(at.loginUrl(fields), elsewhere))
  }
}
