import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { cookieNames } from '../../ground/cookies.ts'
import { LoginError } from '../../ground/errors.ts'
import type { Instance } from '../instance/instance.ts'

/** Says why the browser most likely did not bring the transaction's cookie back. */
export function missingTransaction(
  { config, cookieStyle }: Pick<Instance, 'config' | 'cookieStyle'>,
  req: IncomingMessage,
): LoginError {
  const { name } = config
  if (cookieStyle.isSecure && isPlainHttp(req)) {
    return new LoginError('login_cookie_insecure', 'Browsers drop Secure cookies over http', {
      hint: 'Serve the application over https, or set an http `baseUrl` for development.',
    })
  }
  if (!cookieNames(req).some((cookie) => cookie.replace('__Host-', '').startsWith(`${name}-`))) {
    return new LoginError('login_cookies_refused', 'The browser sent none of the kit’s cookies', {
      hint: 'The browser blocks cookies, or the sign-in began on another host: open the application at its `baseUrl`.',
    })
  }
  return new LoginError('login_state_missing', 'The browser sent no cookie for this sign-in', {
    hint: 'The sign-in was already used, or its cookie was dropped because more than five sign-ins were in progress.',
  })
}

/** Only for the sentence in the log: who forges the header misleads nobody else. */
function isPlainHttp({ socket, headers }: IncomingMessage): boolean {
  return (socket as TLSSocket).encrypted !== true && headers['x-forwarded-proto'] !== 'https'
}
