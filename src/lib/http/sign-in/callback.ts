import type { IncomingMessage, ServerResponse } from 'node:http'
import { followedBy } from '../../auth/authenticated-organizations.ts'
import { decide, type OnLogin } from '../../auth/on-login.ts'
import type { Sessions } from '../../auth/sessions.ts'
import type { Clock } from '../../ground/clock.ts'
import { LoginError, ScalekitError } from '../../ground/errors.ts'
import { deepFreeze } from '../../ground/freeze.ts'
import type { Identity, Tokens } from '../../ground/types.ts'
import { readGrants } from '../../oidc/access-token.ts'
import { assertPinned, profileOf } from '../../oidc/claims.ts'
import type { Client, Provider } from '../../oidc/discovery.ts'
import { exchangeCode } from '../../oidc/exchange.ts'
import { verifyIdToken } from '../../oidc/id-token.ts'
import type { KeySet } from '../../oidc/key-sets.ts'
import { isRestarted, type Transaction } from '../../oidc/transaction.ts'
import type { RouteHandler } from '../instance/route.ts'
import type { Taken, Transactions } from '../instance/transactions.ts'
import { isNavigation } from '../request/navigation.ts'
import { redirect } from '../request/respond.ts'
import { type CallbackAnswer, readCallbackAnswer } from './callback-answer.ts'
import { lostTransaction } from './missing-transaction.ts'
import { newIdentity } from './new-identity.ts'
import { providerError } from './provider-errors.ts'

/** What a sign-in needs to be finished. */
export interface CallbackParts {
  readonly client: Client
  readonly discover: () => Promise<Provider>
  readonly keysOf: (provider: Provider) => KeySet
  readonly transactions: Transactions
  readonly sessions: Sessions
  readonly onLogin: OnLogin | undefined
  readonly lifetimes: { readonly absoluteSeconds: number; readonly idleSeconds: number }
  readonly clock: Clock
  /** What our cookies are called, and how they are sent. */
  readonly cookies: { readonly name: string; readonly isSecure: boolean }
  loginUrl(query: Readonly<Record<string, string>>): string
  /** Answers a failure, with a way to try the same again. */
  fail(
    error: unknown,
    req: IncomingMessage,
    res: ServerResponse,
    retryQuery: Readonly<Record<string, string>>,
  ): void
  safeReturnTo(req: IncomingMessage, value: unknown): string | undefined
}

/**
 * `GET /callback`: takes the transaction, exchanges the code, verifies the tokens, checks that
 * what was pinned is what came, asks the application, begins the session, goes back.
 *
 * @see RFC 6749 section 4.1.2, OpenID Connect Core 3.1.2.5 to 3.1.3.8
 */
export function callbackRoute(parts: CallbackParts): RouteHandler {
  const { transactions, sessions, onLogin } = parts

  return async function callback(req, res) {
    const answer = readCallbackAnswer(req, res, parts.client.issuer)
    // Taken before anything else can fail, so that a replayed callback finds nothing.
    const taken = await transactions.take(req, res, answer.state)
    if (taken.status === 'missing') return withoutTransaction(answer, req, res)
    try {
      await finish(answer, taken, req, res)
    } catch (error) {
      parts.fail(error, req, res, retryQuery(taken.transaction))
    }
  }

  async function finish(
    answer: CallbackAnswer,
    { status, transaction }: Exclude<Taken, { status: 'missing' }>,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const { returnTo } = transaction
    if (answer.error !== undefined) throw providerError(answer.error, answer.description)
    if (status !== 'taken') return goOn(req, res, returnTo, tooLate(status))

    const { identity, tokens } = await redeem(answer, transaction, await sessions.live(req))
    const decision = await decide(onLogin, { identity, tokens, req, returnTo })
    if (res.headersSent) throw answeredItself()
    const kept = decision.user === undefined ? identity : { ...identity, user: decision.user }
    await sessions.begin(req, res, kept, tokens)
    redirect(req, res, parts.safeReturnTo(req, decision.returnTo) ?? returnTo)
  }

  /** Turns the code into somebody: every check of the protocol is made here. */
  async function redeem(
    { code, params }: CallbackAnswer,
    transaction: Transaction,
    previous: Identity | undefined,
  ): Promise<{ identity: Identity; tokens: Tokens }> {
    const { clock, client, lifetimes } = parts
    const { clientId, issuer } = client
    const provider = await parts.discover()
    const tokens = await exchangeCode(provider, params, transaction, clock)

    const { accessToken } = tokens
    const checks = { keys: parts.keysOf(provider), issuer, clientId, clock }
    const expected = { ...checks, nonce: transaction.nonce, accessToken, code }
    const claims = await verifyIdToken(tokens.idToken, expected)
    const grants = await readGrants(accessToken, { ...checks, subject: claims.sub })

    const profile = profileOf(claims)
    assertPinned(transaction.pins, profile, grants.organizationId)
    const identity = newIdentity(profile, grants, transaction, clock(), lifetimes)
    const known = followedBy(previous, identity, transaction.switchedFrom)
    // What was verified is final: onLogin may look at it, and not change it.
    return { identity: deepFreeze(known), tokens }
  }

  /** The cookie was lost: once, the sign-in is started again; the second time the user is told. */
  async function withoutTransaction(
    { state, error, description }: CallbackAnswer,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    if (error !== undefined) throw providerError(error, description)
    const mayRestart = isNavigation(req) && !isRestarted(state)
    await goOn(req, res, '/', mayRestart ? undefined : lostTransaction(req, parts.cookies))
  }

  /** Somebody who is signed in already just goes on; nobody is sent around in a circle. */
  async function goOn(
    req: IncomingMessage,
    res: ServerResponse,
    returnTo: string,
    error: LoginError | undefined,
  ): Promise<void> {
    const { status } = await sessions.ask(req, res)
    if (status === 'signed-in') redirect(req, res, returnTo)
    else if (error) throw error
    else redirect(req, res, parts.loginUrl({ restart: '1' }))
  }
}

/** No cookie could be sent any more, and the session before would be over. */
function answeredItself(): ScalekitError {
  return new ScalekitError('on_login_failed', 'onLogin answered the request itself', {
    hint: 'Answer { deny } or { returnTo }, and leave the response alone.',
  })
}

function tooLate(status: 'expired' | 'used'): LoginError {
  return status === 'expired'
    ? new LoginError('login_expired', 'The sign-in took too long')
    : new LoginError('login_state_used', 'The sign-in was used before')
}

/** What `/login` has to be told to try the same again. */
function retryQuery({ pins, returnTo }: Transaction): Record<string, string> {
  const { connectionId, organizationId = pins.externalOrganizationId } = pins
  return {
    ...(connectionId === undefined ? {} : { connection_id: connectionId }),
    ...(organizationId === undefined ? {} : { organization_id: organizationId }),
    return_to: returnTo,
  }
}
