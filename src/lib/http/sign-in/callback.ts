import type { IncomingMessage, ServerResponse } from 'node:http'
import { holderOf } from '../../auth/audit.ts'
import {
  authorityAtSignIn,
  authorityOf,
  isFixed,
  type SettledIdentity,
  type SignInFacts,
} from '../../auth/authority.ts'
import { newIdentity, toKeep } from '../../auth/identity.ts'
import { decide } from '../../auth/on-login.ts'
import type { StoreTime } from '../../auth/store-time.ts'
import { LoginError } from '../../ground/errors.ts'
import { storeUnavailable } from '../../ground/store-unavailable.ts'
import type { Identity, Tokens } from '../../ground/types.ts'
import { type Grants, readGrants, withScopes } from '../../oidc/access-token.ts'
import { assertPinned, type Profile, profileOf } from '../../oidc/claims.ts'
import { exchangeCode } from '../../oidc/exchange.ts'
import { verifyIdToken } from '../../oidc/id-token.ts'
import { verifiedClaims } from '../../oidc/kept-claims.ts'
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
import { noteLocales } from '../request/language.ts'
import type { Next } from '../request/middleware.ts'
import { isNavigation } from '../request/navigation.ts'
import { logFieldsOf } from '../request/request-log.ts'
import { redirect } from '../request/respond.ts'
import { assertIssuerNamed, type CallbackAnswer, readCallbackAnswer } from './callback-answer.ts'
import {
  answerText,
  claimsText,
  pinsText,
  tokensText,
  whoFields,
  whoText,
} from './callback-text.ts'
import { missingTransaction } from './missing-transaction.ts'
import { findsNoSession, providerError } from './provider-errors.ts'
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
  next: Next,
): Promise<void> {
  const answer = readCallbackAnswer(req, res, instance.config.issuer)
  nameSignIn(req, answer.state)
  // Taken before anything else can fail, so that a replayed callback finds nothing.
  const taken = await instance.transactions.take(req, res, answer.state)
  tellSignIn(instance, req, `the browser came back with ${answerText(answer)}`)
  if (taken.status === 'missing') return withoutTransaction(instance, answer, req, res, next)
  const { returnTo, uiLocales } = taken.transaction
  noteLocales(req, uiLocales)
  try {
    await finish(instance, answer, taken, req, res)
  } catch (error) {
    const retryUrl = instance.addresses.loginUrl(retryQuery(taken.transaction, error))
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

/** Signs the user in, and answers the path to go on to. */
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

/** What the session keeps, with what its user may do. */
async function settleAuthority(
  instance: Instance,
  known: Identity,
  facts: Pick<SignInFacts, 'decision' | 'tokens'>,
  req: IncomingMessage,
): Promise<SettledIdentity> {
  const { clock, config, informOnce } = instance
  const { claims: claimNames, absoluteSeconds } = config.session
  const storeTime = () => storeTimeOf(instance).earliest
  const rules = { ...config.authorization, claimNames }
  const settled = await authorityAtSignIn(known, { ...facts, now: clock(), storeTime }, rules)
  if (rules.resolve) tellSignIn(instance, req, 'authorization.resolve answered')
  const ofSession = authorityOf(settled.identity, claimNames)
  if (isFixed(ofSession)) informOnce(fixedText(absoluteSeconds))
  return settled
}

/**
 * A browser may ask for the callback twice at once, and shows either response. Both lead to the page
 * that the sign-in was for, and if it fails, both say why. Only the first sets a session: a copy of
 * the cookie and the URL gains nothing here. Another process cannot tell how the sign-in ends, so it
 * sends the browser to the page, which starts a new sign-in if this one failed.
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
  const { tokens, scopes } = await exchangeCode(provider, params, transaction, clock)
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
  const ofToken = await readGrants(accessToken, { ...checks, subject: claims.sub })
  const grants = withScopes(ofToken, scopes)

  assertPinned(transaction.pins, profile, grants.organizationId)
  if (hasUnboundRoles(profile, grants)) warnOnce(unboundRoles)
  tellSignIn(instance, req, pinsText(transaction.pins))
  const all = verifiedClaims(claims, grants.claims)
  const begun = begunBy(transaction, claims.iat!, storeTimeOf(instance).latest)
  const { issuedAt = claims.iat! * 1000 } = grants
  const signIn = { profile, claims: all, grants, issuedAt, transaction, begun, previous }
  return { identity: newIdentity(signIn, config.session, clock()), tokens }
}

/**
 * Read after the tokens came, when the store has answered for the transaction.
 *
 * @throws ScalekitError `store_unavailable` where it has not
 */
function storeTimeOf({ revocations }: Instance): StoreTime {
  const storeTime = revocations.storeTime()
  if (storeTime) return storeTime
  throw storeUnavailable('The store did not say its time', revocations.failure())
}

/** The cookie was lost: once, the sign-in is started again; the second time the user is told. */
async function withoutTransaction(
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
 * A user who is signed in already just goes on; no browser is sent around in a circle.
 *
 * @param mayTryPage Whether the page may find out what becomes of a user who is not signed in yet.
 */
async function goOn(
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

function hasUnboundRoles(profile: Profile, grants: Grants): boolean {
  const { roles, permissions, organizationId } = grants
  const has = roles.length + permissions.length > 0
  return has && organizationId === undefined && profile.organizationId !== undefined
}

const unboundRoles =
  'roles_without_organization: an access token with roles or permissions has no `oid`, so they do not count in the organization of the ID token'

function fixedText(absoluteSeconds: number): string {
  return `authority_fixed: the roles, permissions, scopes and claims of a session stay as at its sign-in, for up to ${absoluteSeconds} seconds (\`session.absoluteSeconds\`). To have them renewed, set \`authorization.resolve\`, or add "offline_access" to \`scopes\``
}

const noAuthTime =
  'auth_time_missing: this Scalekit environment does not send auth_time, so what `login.maxAgeSeconds` or prompt=login asked for could not be checked'

/** What `/login` has to be told to try the same again. */
function retryQuery(
  { pins, returnTo, uiLocales }: Transaction,
  error: unknown,
): Record<string, string> {
  const { connectionId, externalOrganizationId: organizationId = pins.organizationId } = pins
  return {
    ...(connectionId === undefined ? {} : { connection_id: connectionId }),
    ...(organizationId === undefined ? {} : { organization_id: organizationId }),
    // Without it, Scalekit would answer from the same old session again.
    ...(isTooOld(error) ? { prompt: 'login' } : {}),
    return_to: returnTo,
    ...(uiLocales === undefined ? {} : { ui_locales: uiLocales }),
  }
}

function isTooOld(error: unknown): boolean {
  return error instanceof LoginError && error.code === 'login_too_old'
}
