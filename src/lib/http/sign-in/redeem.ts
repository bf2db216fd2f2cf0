import type { IncomingMessage } from 'node:http'
import { newIdentity } from '../../auth/identity.ts'
import type { StoreTime } from '../../auth/store-time.ts'
import { storeUnavailable } from '../../ground/store-unavailable.ts'
import type { Identity, Tokens } from '../../ground/types.ts'
import { type Grants, readGrants, withScopes } from '../../oidc/access-token.ts'
import { assertPinned, type Profile, profileOf } from '../../oidc/claims.ts'
import { exchangeCode } from '../../oidc/exchange.ts'
import { verifyIdToken } from '../../oidc/id-token.ts'
import { verifiedClaims } from '../../oidc/kept-claims.ts'
import { begunBy, earliestAuthentication, type Transaction } from '../../oidc/transaction.ts'
import type { Instance } from '../instance/instance.ts'
import { assertIssuerNamed, type CallbackAnswer } from './callback-answer.ts'
import { pinsText, tokensText, whoFields, whoText } from './callback-text.ts'
import { tellSignIn } from './sign-in-log.ts'

/**
 * Exchanges the code for tokens, verifies them, and returns them with the identity. The caller has
 * checked the state and claimed the transaction; all later checks of the protocol are made here.
 */
export async function redeem(
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
 * Returns the store's time now, counted from this process's last read of it. During a sign-in, call
 * it after the token exchange: the begin of the session must not seem later than it was. The store
 * was asked for its time when the transaction was claimed.
 *
 * @throws {@link ScalekitError} `store_unavailable` if this process has not read the store's time
 *   yet
 */
export function storeTimeOf({ revocations }: Instance): StoreTime {
  const storeTime = revocations.storeTime()
  if (storeTime) return storeTime
  throw storeUnavailable('The store did not say its time', revocations.failure())
}

function hasUnboundRoles(profile: Profile, grants: Grants): boolean {
  const { roles, permissions, organizationId } = grants
  const has = roles.length + permissions.length > 0
  return has && organizationId === undefined && profile.organizationId !== undefined
}

const unboundRoles =
  'roles_without_organization: an access token with roles or permissions has no `oid`, so they do not count in the organization of the ID token'

const noAuthTime =
  'auth_time_missing: this Scalekit environment does not send auth_time, so what `login.maxAgeSeconds` or prompt=login asked for could not be checked'
