import { LoginError } from '../ground/errors.ts'
import { deepFreeze } from '../ground/freeze.ts'
import type { Authority, Identity, Tokens } from '../ground/types.ts'
import { authorityClaims, keptClaims } from '../oidc/kept-claims.ts'
import type { LoginDecision } from './on-login.ts'
import { type AuthorizationResolve, askApplication, type ResolveAnswer } from './resolve.ts'

/** The options that decide the authority at sign-in. */
export interface AuthorityRules {
  readonly resolve: AuthorizationResolve | undefined
  readonly maxAgeSeconds: number
  /** The claims that `session.claims` names. */
  readonly claimNames: readonly string[]
}

/** The facts of a sign-in besides the identity. */
export interface SignInFacts {
  /** The value that `onLogin` returned. */
  readonly decision: LoginDecision
  readonly tokens: Tokens
  readonly now: number
  /**
   * Returns the earliest possible time of the store's clock.
   *
   * @throws ScalekitError `store_unavailable`
   */
  readonly storeTime: () => number
}

/** An identity with the authority of its user. */
export interface SettledIdentity {
  readonly identity: Identity
  /**
   * The authority without the members that `authorization.resolve` returned. It applies to members
   * that a later answer leaves out.
   */
  readonly authority: Authority
}

/**
 * Decides the authority of a new session. The access token comes first, `onLogin` replaces its
 * members, and `authorization.resolve` replaces both.
 *
 * @param identity The identity for the session, with the authority of the token.
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
  // Read before the application is asked: a change during that call is then newer than its answer.
  const askedAt = storeTime()
  const { accessToken } = tokens
  const answer = await askApplication(resolve, decided, { reason: 'sign-in', accessToken })
  if (answer.status === 'denied') throw denied(answer.reason)
  const base = { ...authorityOf(decided, claimNames), askedAt }
  const answered = withDecided(withAnswer(base, answer, claimNames), withoutResolve)
  const settled = withAuthority(decided, answered)
  return { identity: settled, authority: { ...withoutResolve, askedAt } }
}

/**
 * Reads the authority of an identity. If its origin is unknown, it is dated to the earliest begin
 * of the sign-in.
 */
export function authorityOf(identity: Identity, claimNames: readonly string[]): Authority {
  const { roles, permissions, scopes, claims, begun, startedAt } = identity
  const { authority = { issuedAt: begun?.scalekit ?? startedAt } } = identity
  return { ...authority, roles, permissions, scopes, claims: authorityClaims(claims, claimNames) }
}

/** Returns the identity with another authority in place of its own. */
export function withAuthority(identity: Identity, authority: Authority): Identity {
  const { roles, permissions, scopes, claims, ...origin } = authority
  const profile = keptClaims(identity.claims, [])
  const all = { ...profile, ...claims }
  return deepFreeze({ ...identity, roles, permissions, scopes, claims: all, authority: origin })
}

/** Replaces the members that the application returned. */
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
 * Removes the application's last answer from the authority. If the tokens are not available, their
 * values for these members are unknown, so the members become empty.
 */
export function withoutAnswer({ resolved = [], ...authority }: Authority): Authority {
  const nothing = { roles: [], permissions: [], scopes: [], claims: {} }
  return { ...authority, ...Object.fromEntries(resolved.map((name) => [name, nothing[name]])) }
}

/**
 * Returns the authority of newer tokens, with the application's last answer, because it was not
 * asked again. That answer's age still counts.
 */
export function withLastAnswer(ofTokens: Authority, before: Authority): Authority {
  const { resolved, askedAt, freshUntil } = before
  const kept = Object.fromEntries((resolved ?? []).map((name) => [name, before[name]]))
  const ends = [freshUntil, ofTokens.freshUntil].filter((end) => end !== undefined)
  return {
    ...ofTokens,
    ...kept,
    ...(resolved && { resolved }),
    ...(askedAt !== undefined && { askedAt }),
    ...(ends.length > 0 && { freshUntil: Math.min(...ends) }),
  }
}

function withDecision(authority: Authority, { roles, permissions }: LoginDecision): Authority {
  const named = {
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...(permissions === undefined ? {} : { permissions: [...permissions] }),
  }
  const fixed = Object.keys(named) as (keyof typeof named)[]
  return fixed.length === 0 ? authority : { ...authority, ...named, fixed }
}

/** Keeps what `onLogin` returned, where the application's answer replaced it. */
function withDecided(answered: Authority, withoutResolve: Authority): Authority {
  const { fixed = [], resolved = [] } = answered
  const replaced = fixed.filter((name) => resolved.includes(name))
  if (replaced.length === 0) return answered
  const decided = Object.fromEntries(replaced.map((name) => [name, withoutResolve[name]]))
  return { ...answered, decided }
}

/** How long an access token without an expiry time counts as fresh, in milliseconds. */
export const assumedTokenMs = 300_000

/** Empty if no source renews the authority. */
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

/** The application's reason is the cause, so only the log contains it. */
function denied(reason: string): LoginError {
  const message = '`authorization.resolve` refused the sign-in'
  return new LoginError('login_denied', message, { cause: new Error(reason) })
}

/** These scopes decide which data the application receives. @see OpenID Connect Core 5.4 and 11 */
const standardScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

/** Whether it grants anything that a change could take away. */
export function grantsAnything({ roles, permissions, scopes, claims }: Authority): boolean {
  const special = scopes.filter((scope) => !standardScopes.includes(scope))
  return [roles, permissions, special, Object.keys(claims)].some(({ length }) => length > 0)
}

/** Whether it never changes during the session although it grants something. */
export function isFixed(authority: Authority): boolean {
  return authority.freshUntil === undefined && grantsAnything(authority)
}

/** Removes all grants while no source can confirm them. */
export function withoutAuthority(authority: Authority): Authority {
  return deepFreeze({ ...authority, roles: [], permissions: [], scopes: [], claims: {} })
}

/**
 * Restores the members that `onLogin` returned at the sign-in: no source renews them.
 *
 * @param authority The authority without the application's answer.
 */
export function withFixed(authority: Authority, identity: Identity): Authority {
  const { fixed = [], resolved = [], decided = {} } = identity.authority ?? {}
  const values = fixed.map((name) => {
    const ofSignIn = resolved.includes(name) ? beforeDecided(authority, name) : identity[name]
    return [name, decided[name] ?? ofSignIn]
  })
  return { ...authority, ...Object.fromEntries(values) }
}

/**
 * Cookies of older versions do not have what `onLogin` returned, if the application replaced it.
 * The tokens of the sign-in have it beside them. Without those it is unknown, so it is empty.
 */
function beforeDecided(
  { fixed = [], ...authority }: Authority,
  name: 'roles' | 'permissions',
): readonly string[] {
  return fixed.includes(name) ? authority[name] : []
}
