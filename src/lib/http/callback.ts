import type { IncomingMessage, ServerResponse } from 'node:http'
import { decide, type OnLogin } from '../auth/on-login.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { Clock } from '../clock.ts'
import { LoginError } from '../errors.ts'
import { readGrants } from '../oidc/access-token.ts'
import { assertPinned, profileOf } from '../oidc/claims.ts'
import type { Client, Provider } from '../oidc/discovery.ts'
import { exchangeCode } from '../oidc/exchange.ts'
import { verifyIdToken } from '../oidc/id-token.ts'
import type { KeySet } from '../oidc/key-sets.ts'
import type { Transaction } from '../oidc/transaction.ts'
import type { Identity, Tokens } from '../types.ts'
import { type CallbackAnswer, readCallbackAnswer } from './callback-answer.ts'
import { newIdentity } from './new-identity.ts'
import { providerError } from './provider-errors.ts'
import { redirect } from './respond.ts'
import type { Taken, Transactions } from './transactions.ts'

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
  safeReturnTo(req: IncomingMessage, value: unknown): string | undefined
}

/**
 * `GET /callback`: takes the transaction, exchanges the code, verifies the tokens, checks that
 * what was pinned is what came, asks the application, begins the session, goes back.
 *
 * @see RFC 6749 section 4.1.2, OpenID Connect Core 3.1.2.5 to 3.1.3.8
 */
export function callbackRoute(
  parts: CallbackParts,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { transactions, sessions, onLogin } = parts

  return async function callback(req, res) {
    const answer = readCallbackAnswer(req, res, parts.client.issuer)
    // Taken before anything else can fail, so that a replayed callback finds nothing.
    const taken = await transactions.take(req, res, answer.state)
    if (answer.error !== undefined) throw providerError(answer.error, answer.description)
    if (taken.status !== 'taken') return withoutTransaction(taken, req, res)

    const { transaction } = taken
    const { identity, tokens } = await redeem(answer, transaction)
    const { returnTo } = transaction
    const decision = await decide(onLogin, { identity, tokens, req, returnTo })
    const kept = decision.user === undefined ? identity : { ...identity, user: decision.user }
    await sessions.begin(req, res, kept, tokens)
    redirect(req, res, parts.safeReturnTo(req, decision.returnTo) ?? returnTo)
  }

  /** Turns the code into somebody: every check of the protocol is made here. */
  async function redeem(
    { code, params }: CallbackAnswer,
    transaction: Transaction,
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
    return { identity: newIdentity(profile, grants, transaction, clock(), lifetimes), tokens }
  }

  /** Somebody who is signed in already just goes on; everybody else is told what happened. */
  async function withoutTransaction(
    taken: Exclude<Taken, { status: 'taken' }>,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    if (sessions.isStale(req)) await sessions.refresh()
    if (sessions.principalOf(req, res).status === 'signed-out') throw leftover(taken)
    redirect(req, res, taken.status === 'missing' ? '/' : taken.transaction.returnTo)
  }
}

function leftover({ status }: Taken): LoginError {
  if (status === 'expired') return new LoginError('login_expired', 'The sign-in took too long')
  if (status === 'used') return new LoginError('login_state_used', 'The sign-in was used before')
  return new LoginError('login_state_missing', 'The browser did not bring the transaction back', {
    hint: 'Its cookie was refused, dropped or kept for another host: open the application by its baseUrl.',
  })
}
