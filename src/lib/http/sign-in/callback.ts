import type { IncomingMessage, ServerResponse } from 'node:http'
import { holderOf } from '../../auth/audit.ts'
import { toKeep } from '../../auth/identity.ts'
import { decide } from '../../auth/on-login.ts'
import { LoginError } from '../../ground/errors.ts'
import type { Identity } from '../../ground/types.ts'
import type { Transaction } from '../../oidc/transaction.ts'
import { storageText } from '../../session/kind.ts'
import { answerFailure } from '../instance/failures.ts'
import type { Instance } from '../instance/instance.ts'
import type { Taken } from '../instance/transactions.ts'
import { noteLocales } from '../request/language.ts'
import type { Next } from '../request/middleware.ts'
import { isNavigation } from '../request/navigation.ts'
import { logFieldsOf } from '../request/request-log.ts'
import { redirect } from '../request/respond.ts'
import { type CallbackAnswer, readCallbackAnswer } from './callback-answer.ts'
import { answerText, claimsText, whoText } from './callback-text.ts'
import { goOn, withoutTransaction } from './go-on.ts'
import { findsNoSession, providerError } from './provider-errors.ts'
import { redeem } from './redeem.ts'
import { retryQuery } from './retry.ts'
import { settleAuthority } from './settle-authority.ts'
import { nameSignIn, pathText, tellSignIn } from './sign-in-log.ts'

/**
 * `GET /callback`: completes a sign-in in this order:
 * 1. it takes the transaction;
 * 2. it exchanges the code and verifies the tokens;
 * 3. it compares the tokens with the pinned connection and organization;
 * 4. it calls `onLogin`, begins the session and redirects to the page.
 *
 * @see RFC 6749 section 4.1.2, OpenID Connect Core 3.1.2.5 to 3.1.3.8
 */
export async function callbackRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): Promise<void> {
  const answer = readCallbackAnswer(req, res, instance.config.issuer)
  nameSignIn(req, answer.state)
  // Taken before any later step can fail, so that a replayed callback finds no transaction.
  const taken = await instance.transactions.take(req, res, answer.state)
  tellSignIn(instance, req, `the browser came back with ${answerText(answer)}`)
  if (taken.status === 'missing') return withoutTransaction(instance, answer, req, res, next)
  const { returnTo, uiLocales } = taken.transaction
  noteLocales(req, uiLocales)
  try {
    await finish(instance, answer, taken, req, res)
  } catch (error) {
    const retryUrl = instance.addresses.loginUrl(retryQuery(instance, taken.transaction, error))
    const context = { what: 'sign-in', retryUrl, returnTo }
    await answerFailure(instance, error, context, req, res, next)
  }
}

async function finish(
  instance: Instance,
  answer: CallbackAnswer,
  { status, transaction }: Exclude<Taken, { status: 'missing' }>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { returnTo, mayStayAnonymous } = transaction
  if (answer.error !== undefined) {
    if (!mayStayAnonymous || !findsNoSession(answer.error)) {
      throw providerError(answer.error, answer.description)
    }
    tellSignIn(instance, req, `no session at Scalekit: redirecting to ${pathText(returnTo)}`)
    return redirect(req, res, returnTo)
  }
  if (status === 'expired') return goOn(instance, req, res, returnTo, expired())
  if (status === 'used') return goOnBeside(instance, answer, returnTo, req, res)
  const { signInsUnderWay } = instance
  const landing = signIn(instance, answer, transaction, req, res)
  signInsUnderWay.set(answer.state, landing)
  try {
    redirect(req, res, await landing)
  } finally {
    signInsUnderWay.delete(answer.state)
  }
}

/** Signs the user in and returns the path to which the browser is redirected. */
async function signIn(
  instance: Instance,
  answer: CallbackAnswer,
  transaction: Transaction,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<string> {
  const { addresses, config, sessions } = instance
  const { returnTo } = transaction
  const previous = await sessions.live(req)
  const { identity, tokens } = await redeem(instance, answer, transaction, previous, req)
  const attempt = { identity, tokens, req, returnTo }
  const decision = await decide(config.login.onLogin, attempt, (names) => {
    tellSignIn(instance, req, `onLogin returned ${names}`)
  })
  if (res.headersSent) throw answeredItself()
  const { claims: claimNames, kind } = config.session
  const known = toKeep(identity, { claimNames, user: decision.user })
  tellSignIn(instance, req, claimsText(identity.claims, known.claims))
  const settled = await settleAuthority(instance, known, { decision, tokens }, req)
  const { authority } = settled
  await sessions.begin(req, res, settled.identity, { tokens, authority })
  tellSucceeded(instance, req, settled.identity)
  tellSignIn(instance, req, `session begun in ${storageText(kind, req)}, ${whoText(identity)}`)
  const landing = addresses.safeReturnTo(req, decision.returnTo) ?? returnTo
  tellSignIn(instance, req, `redirecting to ${pathText(landing)}`)
  return landing
}

function tellSucceeded({ audit }: Instance, req: IncomingMessage, identity: Identity): void {
  audit('login.succeeded', req, () => {
    const { sid, connectionId } = identity
    const { signInId } = logFieldsOf(req)
    return { ...holderOf(identity), sid, connectionId, signInId }
  })
}

/**
 * Handles the second of two callbacks with one state. A browser may request the callback twice at
 * once and show either response. Both redirect to the page of the sign-in, and if it fails, both
 * say why. Only the first sets a session: an attacker gains nothing with a copy of the cookie and
 * the URL. Another process does not know how the sign-in ends, so it redirects to the page, which
 * starts a new sign-in if this one failed.
 */
async function goOnBeside(
  instance: Instance,
  { state }: CallbackAnswer,
  returnTo: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const isPage = isNavigation(req)
  const first = isPage ? instance.signInsUnderWay.get(state) : undefined
  if (!first) return goOn(instance, req, res, returnTo, alreadyUsed(), isPage)
  const landing = await first
  tellSignIn(instance, req, `requested twice at once: redirecting to ${pathText(landing)}`)
  redirect(req, res, landing)
}

/** No cookie could be sent any more, and the session before would be over. */
function answeredItself(): LoginError {
  return new LoginError('on_login_failed', 'onLogin sent a response itself', {
    hint: 'Return { deny } or { returnTo } instead of writing to the response.',
  })
}

function expired(): LoginError {
  return new LoginError('login_expired', 'The sign-in expired before it was finished')
}

function alreadyUsed(): LoginError {
  return new LoginError('login_state_used', 'The sign-in was already used')
}
