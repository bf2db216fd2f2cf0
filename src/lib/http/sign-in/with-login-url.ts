import { ScalekitError } from '../../ground/errors.ts'
import { signInHelps } from '../instance/failures.ts'

/**
 * Adds `loginUrl` to the errors of a function that begins a sign-in, as `/login` does in its
 * responses, so that the error handler of the application can offer it.
 */
export function withLoginUrl<Given extends readonly unknown[]>(
  loginUrl: string,
  begin: (...given: Given) => Promise<void>,
): (...given: Given) => Promise<void> {
  return async function beginSignIn(...given) {
    try {
      await begin(...given)
    } catch (error) {
      // Requests can share one error, such as a failed discovery's; the URL is the same for all.
      if (error instanceof ScalekitError && signInHelps(error)) Object.assign(error, { loginUrl })
      throw error
    }
  }
}
