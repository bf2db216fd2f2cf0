import { isObject } from '../ground/is-object.ts'
import type { Json } from '../ground/types.ts'

/** The standard profile, which every session keeps as far as the tokens have it. */
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
 * Claims about a token and a sign-in. They are checked where they arrive and mean nothing later.
 *
 * @see RFC 7519 section 4.1, OpenID Connect Core 1.0 sections 2 and 3.3.2.11, RFC 9068
 */
export const protocolClaims: readonly string[] = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'client_id', 'nonce'],
  ...['at_hash', 'c_hash', 'auth_time', 'amr', 'acr', 'sid', 'oid', 'xoid'],
]

/**
 * Every claim of a sign-in's verified tokens. What OpenID Connect defines is the ID token's. Other
 * claims are the access token's first, then those of its `custom_claims`, which interceptors write,
 * then the ID token's, which a customer's identity provider may have written.
 */
export function verifiedClaims(idToken: Json, accessToken: Json): Json {
  const { custom_claims: custom } = accessToken
  return {
    ...idToken,
    ...(isObject(custom) ? custom : {}),
    ...accessToken,
    ...pick(idToken, [...protocolClaims, ...profileClaims]),
  }
}

/** What a session keeps of them: the standard profile, and what `session.claims` names. */
export function keptClaims(claims: Json, named: readonly string[]): Json {
  return pick(claims, [...profileClaims, ...named])
}

/**
 * Those of them that are about what the user may do, which may change while the session lasts: what
 * `session.claims` names. The standard profile is about who the user is, and stays.
 */
export function authorityClaims(claims: Json, named: readonly string[]): Json {
  const names = named.filter((name) => !profileClaims.includes(name))
  return pick(claims, names)
}

function pick(claims: Json, names: readonly string[]): Json {
  const present = names.filter((name) => Object.hasOwn(claims, name))
  return Object.fromEntries(present.map((name) => [name, claims[name]]))
}
