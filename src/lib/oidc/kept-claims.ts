import { isObject } from '../ground/is-object.ts'
import type { Json } from '../ground/types.ts'

/** The standard profile claims. Every session keeps those that the tokens have. */
const profileClaims = [
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'picture',
  'locale',
  'zoneinfo',
  'phone_number',
  'profile',
  'xuid',
]

/**
 * Claims about a token and a sign-in. They are checked on arrival and have no meaning afterwards.
 *
 * @see RFC 7519 section 4.1, OpenID Connect Core 1.0 sections 2 and 3.3.2.11, RFC 9068
 */
export const protocolClaims: readonly string[] = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'client_id', 'nonce'],
  ...['at_hash', 'c_hash', 'auth_time', 'amr', 'acr', 'sid', 'oid', 'xoid'],
]

/**
 * Merges the claims of a sign-in's verified tokens. Claims that OpenID Connect defines come from
 * the ID token. All others are taken in this order: 1. the access token; 2. its `custom_claims`,
 * which interceptors write; 3. the ID token, whose value a customer's identity provider may have
 * written.
 */
export function verifiedClaims(idToken: Json, accessToken: Json): Json {
  return {
    ...idToken,
    ...accessTokenClaims(accessToken),
    ...pick(idToken, protocolClaims, profileClaims),
  }
}

/** Merges the claims of a verified access token with its `custom_claims`, which come second. */
export function accessTokenClaims(accessToken: Json): Json {
  const { custom_claims: custom } = accessToken
  return isObject(custom) ? { ...custom, ...accessToken } : accessToken
}

/**
 * Returns the claims that a session keeps: the standard profile and those that `session.claims`
 * names.
 */
export function keptClaims(claims: Json, named: readonly string[]): Json {
  return pick(claims, profileClaims, named)
}

/**
 * Returns the claims that `session.claims` names. They may describe permissions, which can change
 * during the session. The standard profile describes the user and is fixed.
 */
export function authorityClaims(claims: Json, named: readonly string[]): Json {
  const names = named.filter((name) => !profileClaims.includes(name))
  return pick(claims, names)
}

/** Copies in loops, because each new access token comes through here. */
function pick(claims: Json, ...lists: readonly (readonly string[])[]): Json {
  const picked: Record<string, unknown> = {}
  for (const names of lists) {
    for (const name of names) if (Object.hasOwn(claims, name)) picked[name] = claims[name]
  }
  return picked
}
