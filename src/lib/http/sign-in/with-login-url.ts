import { ScalekitError } from '../../ground/errors.ts'
import { signInHelps } from '../instance/failures.ts'

/**
 * Adds `loginUrl` to the errors of a function that begins a sign-in, so that the application's
 * error handler can offer it. Responses of `/login` have it as well.
 */
export function withLoginUrl<Given extends readonly unknown[]>(
  loginUrl: string,
  begin: (...given: Given) => Promise<void>,
): (...given: Given) => Promise<void> {
  return async function beginSignIn(...given) {
    try {
      await begin(...given)
    } catch (error) {
      // Requests can share one error, such as that of a failed discovery. The URL is equal for all.
      if (error instanceof ScalekitError && signInHelps(error)) Object.assign(error, { loginUrl })
      throw error
    }
  }
}
