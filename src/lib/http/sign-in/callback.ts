import type { IncomingMessage, ServerResponse } from 'node:http'
import { newIdentity, withUser } from '../../auth/identity.ts'
import { decide } from '../../auth/on-login.ts'
import { LoginError } from '../../ground/errors.ts'
import { storeUnavailable } from '../../ground/store-unavailable.ts'
import type { Identity, Tokens } from '../../ground/types.ts'
import { readGrants } from '../../oidc/access-token.ts'
import { assertPinned, profileOf } from '../../oidc/claims.ts'
import { exchangeCode } from '../../oidc/exchange.ts'
import { verifyIdToken } from '../../oidc/id-token.ts'
import {
  begunBy,
  earliestAuthentication,
  isRestarted,
  type Transaction,
} from '../../oidc/transaction.ts'
import { storageText } from '../../session/kind.ts'
import { answerFailure } from '../instance/failures.ts'
import type { Instance } from '../instance/instance.ts'
import type { Taken } from '../instance/transactions.ts'
import { isNavigation } from '../request/navigation.ts'
import { redirect } from '../request/respond.ts'
import { assertIssuerNamed, type CallbackAnswer, readCallbackAnswer } from './callback-answer.ts'
import { answerText, pinsText, tokensText, whoFields, whoText } from './callback-text.ts'
import { missingTransaction } from './missing-transaction.ts'
import { providerError } from './provider-errors.ts'
import { nameSignIn, pathText, tellSignIn } from './sign-in-log.ts'

/**
 * `GET /callback`: takes the transaction, exchanges the code, verifies the tokens, checks that
 * what was pinned is what came, asks the application, begins the session, goes back.
 *
 * @see RFC 6749 section 4.1.2, OpenID Connect Core 3.1.2.5 to 3.1.3.8
 */
export async function callbackRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const answer = readCallbackAnswer(req, res, instance.config.issuer)
  nameSignIn(req, answer.state)
  // Taken before anything else can fail, so that a replayed callback finds nothing.
  const taken = await instance.transactions.take(req, res, answer.state)
  tellSignIn(instance, req, `the browser came back with ${answerText(answer)}`)
  if (taken.status === 'missing') return withoutTransaction(instance, answer, req, res)
  try {
    await finish(instance, answer, taken, req, res)
  } catch (error) {
    const retryUrl = instance.addresses.loginUrl(retryQuery(taken.transaction, error))
    answerFailure(instance, error, { what: 'sign-in', retryUrl }, req, res)
  }
}

async function finish(
  instance: Instance,
  answer: CallbackAnswer,
  { status, transaction }: Exclude<Taken, { status: 'missing' }>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { addresses, config, sessions } = instance
  const { returnTo } = transaction
  if (answer.error !== undefined) throw providerError(answer.error, answer.description)
  if (status !== 'taken') return goOn(instance, req, res, returnTo, tooLate(status))

  const previous = await sessions.live(req)
  const { identity, tokens } = await redeem(instance, answer, transaction, previous, req)
  const attempt = { identity, tokens, req, returnTo }
  const decision = await decide(config.login.onLogin, attempt, (names) => {
    tellSignIn(instance, req, `onLogin returned ${names}`)
  })
  if (res.headersSent) throw answeredItself()
  await sessions.begin(req, res, withUser(identity, decision.user), tokens)
  const kept = `session begun in ${storageText(config.session.kind, req)}`
  tellSignIn(instance, req, `${kept}, ${whoText(identity)}`)
  const landing = addresses.safeReturnTo(req, decision.returnTo) ?? returnTo
  tellSignIn(instance, req, `redirecting to ${pathText(landing)}`)
  redirect(req, res, landing)
}

/** Turns the code into an identity: every check of the protocol is made here. */
async function redeem(
  instance: Instance,
  answer: CallbackAnswer,
  transaction: Transaction,
  previous: Identity | undefined,
  req: IncomingMessage,
): Promise<{ identity: Identity; tokens: Tokens }> {
  const { clock, config, discover, keysOf, warnOnce } = instance
  const { clientId, issuer } = config
  const { code, params } = answer
  const provider = await discover()
  assertIssuerNamed(answer, provider)
  const tokens = await exchangeCode(provider, params, transaction, clock)
  tellSignIn(instance, req, `tokens received: ${tokensText(tokens, clock())}`)

  const { accessToken } = tokens
  const checks = { keys: keysOf(provider), issuer, clientId, clock }
  const { nonce } = transaction
  const authenticatedSince = earliestAuthentication(transaction)
  const expected = { ...checks, nonce, accessToken, code, authenticatedSince }
  const claims = await verifyIdToken(tokens.idToken, expected)
  if (authenticatedSince !== undefined && claims.auth_time === undefined) warnOnce(noAuthTime)
  const profile = profileOf(claims)
  tellSignIn(instance, req, `ID token verified, ${whoText(profile)}`, whoFields(profile))
  const grants = await readGrants(accessToken, { ...checks, subject: claims.sub })

  assertPinned(transaction.pins, profile, grants.organizationId)
  tellSignIn(instance, req, pinsText(transaction.pins))
  const begun = begunBy(transaction, claims.iat!, latestStoreTime(instance))
  const signIn = { profile, grants, transaction, begun, previous }
  return { identity: newIdentity(signIn, config.session, clock()), tokens }
}

/**
 * Read after the tokens came, when the store has answered for the transaction.
 *
 * @throws ScalekitError `store_unavailable` where it has not
 */
function latestStoreTime({ revocations }: Instance): number {
  const storeTime = revocations.storeTime()
  if (storeTime) return storeTime.latest
  throw storeUnavailable('The store did not say its time', revocations.failure())
}

/** The cookie was lost: once, the sign-in is started again; the second time the user is told. */
async function withoutTransaction(
  instance: Instance,
  { state, error, description }: CallbackAnswer,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (error !== undefined) {
    const failure = providerError(error, description)
    return answerFailure(instance, failure, { what: 'sign-in', isUnsolicited: true }, req, res)
  }
  tellSignIn(instance, req, 'the browser brought no cookie of this sign-in')
  const mayRestart = isNavigation(req) && !isRestarted(state)
  await goOn(instance, req, res, '/', mayRestart ? undefined : missingTransaction(instance, req))
}

/** A user who is signed in already just goes on; no browser is sent around in a circle. */
async function goOn(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  returnTo: string,
  error: LoginError | undefined,
): Promise<void> {
  const { addresses, sessions } = instance
  const { status } = await sessions.ask(req, res)
  if (status !== 'signed-in' && error) throw error
  const isSignedIn = status === 'signed-in'
  const why = isSignedIn ? 'the browser has a live session' : 'the sign-in begins again'
  const next = isSignedIn ? returnTo : addresses.loginUrl({ restart: '1' })
  const but = error ? `${error.message}, but ` : ''
  tellSignIn(instance, req, `${but}${why}: redirecting to ${pathText(next)}`)
  redirect(req, res, next)
}

/** No cookie could be sent any more, and the session before would be over. */
function answeredItself(): LoginError {
  return new LoginError('on_login_failed', 'onLogin sent a response itself', {
    hint: 'Return { deny } or { returnTo } instead of writing to the response.',
  })
}

function tooLate(status: 'expired' | 'used'): LoginError {
  return status === 'expired'
    ? new LoginError('login_expired', 'The sign-in expired before it was finished')
    : new LoginError('login_state_used', 'The sign-in was already used')
}

const noAuthTime =
  'auth_time_missing: this Scalekit environment does not send auth_time, so `login.maxAgeSeconds` could not be checked'

/** What `/login` has to be told to try the same again. */
function retryQuery({ pins, returnTo }: Transaction, error: unknown): Record<string, string> {
  const { connectionId, organizationId = pins.externalOrganizationId } = pins
  return {
    ...(connectionId === undefined ? {} : { connection_id: connectionId }),
    ...(organizationId === undefined ? {} : { organization_id: organizationId }),
    // Without it, Scalekit would answer from the same old session again.
    ...(isTooOld(error) ? { prompt: 'login' } : {}),
    return_to: returnTo,
  }
}

function isTooOld(error: unknown): boolean {
  return error instanceof LoginError && error.code === 'login_too_old'
}
