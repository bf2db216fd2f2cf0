import type { IncomingMessage } from 'node:http'
import { cookieNames } from '../../ground/cookies.ts'
import { LoginError } from '../../ground/errors.ts'
import type { Instance } from '../instance/instance.ts'

/** Makes the error for a missing transaction cookie, with the most likely reason. */
export function missingTransaction(
  { config }: Pick<Instance, 'config'>,
  req: IncomingMessage,
): LoginError {
  const { cookiePrefix } = config
  if (
    !cookieNames(req).some((cookie) => cookie.replace('__Host-', '').startsWith(`${cookiePrefix}-`))
  ) {
    return new LoginError('login_cookies_refused', 'The browser sent none of the kit’s cookies', {
      hint: 'The browser blocks cookies, or the sign-in began on another host: open the application at its `baseUrl`.',
    })
  }
  return new LoginError('login_state_missing', 'The browser sent no cookie for this sign-in', {
    hint: 'The sign-in was already used, or its cookie was dropped because too many were in progress: they share 4800 bytes of cookies, enough for about nine.',
  })
}
