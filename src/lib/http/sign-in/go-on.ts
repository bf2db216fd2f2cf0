import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LoginError } from '../../ground/errors.ts'
import { isRestarted } from '../../oidc/transaction.ts'
import { answerFailure } from '../instance/failures.ts'
import type { Instance } from '../instance/instance.ts'
import type { Next } from '../request/middleware.ts'
import { isNavigation } from '../request/navigation.ts'
import { redirect } from '../request/respond.ts'
import type { CallbackAnswer } from './callback-answer.ts'
import { missingTransaction } from './missing-transaction.ts'
import { providerError } from './provider-errors.ts'
import { pathText, tellSignIn } from './sign-in-log.ts'

/**
 * Handles a callback whose transaction cookie was lost. The first time, the sign-in is started
 * again. The second time, the user gets an error page.
 */
export async function withoutTransaction(
  instance: Instance,
  { state, error, description }: CallbackAnswer,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): Promise<void> {
  if (error !== undefined) {
    const failure = providerError(error, description)
    const context = { what: 'sign-in', isUnsolicited: true }
    return answerFailure(instance, failure, context, req, res, next)
  }
  tellSignIn(instance, req, 'the browser brought no cookie of this sign-in')
  const mayRestart = isNavigation(req) && !isRestarted(state)
  await goOn(
    instance,
    req,
    res,
    instance.addresses.home,
    mayRestart ? undefined : missingTransaction(instance, req),
  )
}

/**
 * Redirects a user who is signed in already to `returnTo`. Otherwise, begins the sign-in again or
 * throws `error`, so that no browser is redirected in a loop.
 *
 * @param mayTryPage Whether a user who is not signed in yet is redirected to `returnTo` as well,
 *   because another process may finish the sign-in.
 */
export async function goOn(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  returnTo: string,
  error: LoginError | undefined,
  mayTryPage = false,
): Promise<void> {
  const { addresses, sessions } = instance
  const { status } = await sessions.ask(req, res)
  const isSignedIn = status === 'signed-in'
  if (!isSignedIn && error && !mayTryPage) throw error
  const elsewhere = mayTryPage ? 'another process may finish it' : 'the sign-in begins again'
  const why = isSignedIn ? 'the browser has a live session' : elsewhere
  const next = isSignedIn || mayTryPage ? returnTo : addresses.loginUrl({ restart: '1' })
  const but = error ? `${error.message}, but ` : ''
  tellSignIn(instance, req, `${but}${why}: redirecting to ${pathText(next)}`)
  redirect(req, res, next)
}
