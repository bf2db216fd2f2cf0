import { type Clock, clockSkewMs } from '../ground/clock.ts'
import { ScalekitError } from '../ground/errors.ts'
import { deepFreeze } from '../ground/freeze.ts'
import type { Mutable } from '../ground/types.ts'
import type { BearerToken } from '../oidc/bearer-token.ts'
import { type Profile, profileOf } from '../oidc/claims.ts'
import { accessTokenClaims, keptClaims } from '../oidc/kept-claims.ts'
import type { AcceptedView } from './presented.ts'
import {
  type AccessTokenOptions,
  type Machine,
  type MachineKind,
  type SignedIn,
  withEnded,
} from './principal.ts'
import { has, userOf } from './principal-parts.ts'
import type { TokenHolder } from './revocation.ts'

/** The dependencies for the principal of a token. */
export interface BearerPrincipalParts {
  /**
   * The environment's issuer, used as the holder's issuer whichever accepted issuer a token names.
   */
  readonly issuer: string
  /** The claims that `session.claims` names. */
  readonly claimNames: readonly string[]
  readonly clock: Clock
  /** How far the store's clock is ahead of this process's clock at least, in milliseconds. */
  readonly storeAheadMs: number
  /** Returns the signal of the token, for a principal outside of a request. */
  readonly ended: () => AbortSignal
}

/**
 * Builds the view of a verified access token: its principal for the application, and its holder for
 * revocations.
 *
 * @param value The token itself, which `accessToken()` returns.
 */
export function bearerView(
  value: string,
  token: BearerToken,
  parts: BearerPrincipalParts,
): AcceptedView {
  const { kind, claims } = token
  if (kind !== 'user') {
    const shown = machine(kind, token, parts)
    return { principal: withEnded(shown, parts.ended), bearer: { holder: holderOf(token, parts) } }
  }
  const profile = profileOf(claims)
  const shown = person(value, token, profile, parts)
  const holder = holderOf(token, parts, profile)
  return { principal: withEnded(shown, parts.ended), bearer: { holder } }
}

/**
 * The time of issue by the store's clock is found in two steps. This process's clock may be behind
 * Scalekit's by as much as a token may be dated in the future. The store's clock is ahead of this
 * process's by `storeAheadMs`. A revocation by the application therefore also ends tokens that are
 * issued up to a minute later.
 *
 * @param profile Absent for a machine.
 */
function holderOf(
  { claims, grants: { organizationId } }: BearerToken,
  { issuer, storeAheadMs }: BearerPrincipalParts,
  profile?: Profile,
): TokenHolder {
  const startedAt = claims.iat * 1000
  const holder: Mutable<TokenHolder> = {
    iss: issuer,
    sub: claims.sub,
    tokenId: claims.jti,
    startedAt,
    begun: { scalekit: startedAt, store: startedAt - clockSkewMs + storeAheadMs },
  }
  if (organizationId !== undefined) holder.organizationId = organizationId
  if (profile) nameUser(holder, profile)
  else holder.clientId = claims.client_id
  return holder
}

/** Adds the other names by which revocations find a user. */
function nameUser(holder: Mutable<TokenHolder>, { email, idpUserId, sid }: Profile): void {
  if (email !== undefined) holder.email = email
  if (idpUserId !== undefined) holder.idpUserId = idpUserId
  if (sid !== undefined) holder.sid = sid
}

/** The members that a user's and a machine's principal share. */
type Shared = Pick<
  SignedIn,
  'roles' | 'permissions' | 'scopes' | 'claims' | 'startedAt' | 'expiresAt' | 'has'
> & { readonly organizationId?: string; readonly tokenId: string }

function sharedOf({ claims, grants }: BearerToken, { claimNames }: BearerPrincipalParts): Shared {
  const { organizationId, roles, permissions, scopes } = grants
  const shared: Mutable<Shared> = {
    roles: Object.freeze(roles),
    permissions: Object.freeze(permissions),
    scopes: Object.freeze(scopes),
    claims: deepFreeze(keptClaims(accessTokenClaims(claims), claimNames)),
    tokenId: claims.jti,
    startedAt: claims.iat * 1000,
    expiresAt: claims.exp * 1000,
    has: has(grants),
  }
  if (organizationId !== undefined) shared.organizationId = organizationId
  return shared
}

function machine(
  kind: MachineKind,
  token: BearerToken,
  parts: BearerPrincipalParts,
): Omit<Machine, 'ended'> {
  const client = Object.freeze({ id: token.claims.client_id, kind })
  return { status: 'machine', via: 'bearer', client, ...sharedOf(token, parts) }
}

function person(
  value: string,
  token: BearerToken,
  { connectionId, externalOrganizationId, email, emailVerified, authenticatedAt }: Profile,
  parts: BearerPrincipalParts,
): Omit<SignedIn, 'ended'> {
  const shared = sharedOf(token, parts)
  const { organizationId, claims, expiresAt } = shared
  const { sub } = token.claims
  const { issuer: iss, clock } = parts
  const shown: Mutable<Omit<SignedIn, 'ended'>> = {
    status: 'signed-in',
    via: 'bearer',
    user: userOf({ claims, sub, iss, email, emailVerified }),
    authenticatedOrganizations: Object.freeze(organizationId === undefined ? [] : [organizationId]),
    isStale: false,
    csrfToken: noCsrfToken,
    accessToken: async (options) => lasting(value, expiresAt - clock(), options),
    ...shared,
  }
  if (connectionId !== undefined) shown.connectionId = connectionId
  // An external id only applies together with Scalekit's id of the organization.
  if (organizationId !== undefined && externalOrganizationId !== undefined) {
    shown.externalOrganizationId = externalOrganizationId
  }
  if (authenticatedAt !== undefined) {
    shown.authenticatedAt = authenticatedAt
    shown.authenticatedBy = 'auth_time'
  }
  return shown
}

function noCsrfToken(): string {
  return ''
}

/** Returns the token if it lasts long enough. Only its client can renew a token from a request. */
function lasting(
  value: string,
  leftMs: number,
  { minTtlSeconds = 0 }: AccessTokenOptions = {},
): string {
  if (leftMs > minTtlSeconds * 1000) return value
  throw new ScalekitError(
    'token_unavailable',
    `The access token of this request does not last for ${minTtlSeconds} more seconds`,
    { hint: 'Only the client that sent it can renew it.' },
  )
}
