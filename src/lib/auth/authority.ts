import { LoginError } from '../ground/errors.ts'
import { deepFreeze } from '../ground/freeze.ts'
import type { Authority, Identity, Tokens } from '../ground/types.ts'
import { authorityClaims, keptClaims } from '../oidc/kept-claims.ts'
import type { LoginDecision } from './on-login.ts'
import { type AuthorizationResolve, askApplication, type ResolveAnswer } from './resolve.ts'

/** What the configuration says about it. */
export interface AuthorityRules {
  readonly resolve: AuthorizationResolve | undefined
  readonly maxAgeSeconds: number
  /** What `session.claims` names. */
  readonly claimNames: readonly string[]
}

/** What a sign-in knows beside the identity. */
export interface SignInFacts {
  /** What `onLogin` answered. */
  readonly decision: LoginDecision
  readonly tokens: Tokens
  readonly now: number
  /**
   * The store's time, at the earliest.
   *
   * @throws ScalekitError `store_unavailable`
   */
  readonly storeTime: () => number
}

/** An identity with what its user may do. */
export interface SettledIdentity {
  readonly identity: Identity
  /** The same without what `authorization.resolve` named, for when it names less. */
  readonly authority: Authority
}

/**
 * Settles what the user of a new session may do: what the token says, in its place what `onLogin`
 * says, and above both what the application says when it is asked.
 *
 * @param identity What the session keeps, with what the token says.
 * @throws {@link LoginError} `login_denied`, ScalekitError `authorization_unavailable` or
 *   `store_unavailable`
 */
export async function authorityAtSignIn(
  identity: Identity,
  { decision, tokens, now, storeTime }: SignInFacts,
  rules: AuthorityRules,
): Promise<SettledIdentity> {
  const { resolve, claimNames } = rules
  const ofToken = { ...authorityOf(identity, claimNames), ...freshness(tokens, rules, now) }
  const withoutResolve = withDecision(ofToken, decision)
  const decided = withAuthority(identity, withoutResolve)
  if (!resolve) return { identity: decided, authority: withoutResolve }
  // Read before: what changes while the application looks is then newer than its answer.
  const askedAt = storeTime()
  const { accessToken } = tokens
  const answer = await askApplication(resolve, decided, { reason: 'sign-in', accessToken })
  if (answer.status === 'denied') throw denied(answer.reason)
  const base = { ...authorityOf(decided, claimNames), askedAt }
  const settled = withAuthority(decided, withAnswer(base, answer, claimNames))
  return { identity: settled, authority: { ...withoutResolve, askedAt } }
}

/** What an identity says of it. Without an origin, it is as old as the sign-in can be. */
export function authorityOf(identity: Identity, claimNames: readonly string[]): Authority {
  const { roles, permissions, scopes, claims, begun, startedAt } = identity
  const { authority = { issuedAt: begun?.scalekit ?? startedAt } } = identity
  return { ...authority, roles, permissions, scopes, claims: authorityClaims(claims, claimNames) }
}

/** The same person with other authority; nothing of the old one is left. */
export function withAuthority(identity: Identity, authority: Authority): Identity {
  const { roles, permissions, scopes, claims, ...origin } = authority
  const profile = keptClaims(identity.claims, [])
  const all = { ...profile, ...claims }
  return deepFreeze({ ...identity, roles, permissions, scopes, claims: all, authority: origin })
}

/** Puts what the application named in the place of what is there. */
export function withAnswer(
  authority: Authority,
  { status: _, claims, ...named }: Extract<ResolveAnswer, { status: 'answered' }>,
  claimNames: readonly string[],
): Authority {
  const replaced = claims === undefined ? {} : { claims: authorityClaims(claims, claimNames) }
  const members = { ...named, ...replaced }
  const resolved = Object.keys(members) as (keyof typeof members)[]
  return { ...authority, ...members, ...(resolved.length > 0 ? { resolved } : {}) }
}

/**
 * What is left of it without the application's last answer. Where the tokens are not at hand, nothing
 * says what they let the user do in its place, so that is nothing.
 */
export function withoutAnswer({ resolved = [], ...authority }: Authority): Authority {
  const nothing = { roles: [], permissions: [], scopes: [], claims: {} }
  return { ...authority, ...Object.fromEntries(resolved.map((name) => [name, nothing[name]])) }
}

function withDecision(authority: Authority, { roles, permissions }: LoginDecision): Authority {
  const named = {
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...(permissions === undefined ? {} : { permissions: [...permissions] }),
  }
  const fixed = Object.keys(named) as (keyof typeof named)[]
  return fixed.length === 0 ? authority : { ...authority, ...named, fixed }
}

/** How long an access token counts as young that does not say when it ends, in milliseconds. */
export const assumedTokenMs = 300_000

/** Nothing where no source renews it. */
function freshness(
  { refreshToken, accessTokenExpiresAt }: Tokens,
  { resolve, maxAgeSeconds }: AuthorityRules,
  now: number,
): Pick<Authority, 'freshUntil' | 'isRefreshable'> {
  const ends = [
    ...(resolve ? [now + maxAgeSeconds * 1000] : []),
    ...(refreshToken === undefined ? [] : [accessTokenExpiresAt ?? now + assumedTokenMs]),
  ]
  if (ends.length === 0) return {}
  const freshUntil = Math.min(...ends)
  return refreshToken === undefined ? { freshUntil } : { freshUntil, isRefreshable: true }
}

/** As its cause, the reason is told to the log alone. */
function denied(reason: string): LoginError {
  const message = '`authorization.resolve` refused the sign-in'
  return new LoginError('login_denied', message, { cause: new Error(reason) })
}

/** They say what the application gets to know. @see OpenID Connect Core 5.4 and 11 */
const standardScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

/** Whether it lets a user do anything that a change could take away. */
export function grantsAnything({ roles, permissions, scopes, claims }: Authority): boolean {
  const special = scopes.filter((scope) => !standardScopes.includes(scope))
  return [roles, permissions, special, Object.keys(claims)].some(({ length }) => length > 0)
}

/** Whether it stays as it is for the whole session, although it lets the user do something. */
export function isFixed(authority: Authority): boolean {
  return authority.freshUntil === undefined && grantsAnything(authority)
}

/** What is left while nothing can say what a user may do. */
export function withoutAuthority(authority: Authority): Authority {
  return deepFreeze({ ...authority, roles: [], permissions: [], scopes: [], claims: {} })
}

/** What `onLogin` answered at the sign-in has no source that could renew it. */
export function withFixed(authority: Authority, identity: Identity): Authority {
  const fixed = identity.authority?.fixed ?? []
  return { ...authority, ...Object.fromEntries(fixed.map((name) => [name, identity[name]])) }
}
