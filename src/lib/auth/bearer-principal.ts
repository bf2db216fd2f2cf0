import { type Clock, clockSkewMs } from '../ground/clock.ts'
import { ScalekitError } from '../ground/errors.ts'
import { deepFreeze } from '../ground/freeze.ts'
import type { Identity } from '../ground/types.ts'
import type { BearerToken } from '../oidc/bearer-token.ts'
import { type Profile, profileOf } from '../oidc/claims.ts'
import { keptClaims, verifiedClaims } from '../oidc/kept-claims.ts'
import {
  type AccessTokenOptions,
  type Caller,
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

/** A verified token, as the principal for the application and the holder for revocations. */
export interface BearerCaller {
  readonly principal: Caller
  readonly holder: TokenHolder
}

/**
 * Builds the principal of a verified access token.
 *
 * @param value The token itself, which `accessToken()` returns.
 */
export function bearerCaller(
  value: string,
  token: BearerToken,
  { issuer, claimNames, clock, storeAheadMs, ended }: BearerPrincipalParts,
): BearerCaller {
  const profile = profileOf(token.claims)
  const holder = holderOf(token, profile, { issuer, storeAheadMs })
  const shared = sharedOf(token, holder, claimNames)
  const give = (options?: AccessTokenOptions) => lasting(value, shared.expiresAt - clock(), options)
  const { kind } = token
  const principal =
    kind === 'user' ? person(profile, holder, shared, give) : machine(kind, token, shared)
  return {
    principal: withEnded(deepFreeze(principal), ended) as Caller,
    holder: deepFreeze(holder),
  }
}

/**
 * The time of issue by the store's clock is found in two steps. This process's clock may be behind
 * Scalekit's by as much as a token may be dated in the future. The store's clock is ahead of this
 * process's by `storeAheadMs`. A revocation by the application therefore also ends tokens that are
 * issued up to a minute later.
 */
function holderOf(
  { kind, claims, grants: { organizationId } }: BearerToken,
  profile: Profile,
  { issuer, storeAheadMs }: Pick<BearerPrincipalParts, 'issuer' | 'storeAheadMs'>,
): TokenHolder {
  const startedAt = claims.iat * 1000
  return {
    iss: issuer,
    sub: claims.sub,
    tokenId: claims.jti,
    startedAt,
    begun: { scalekit: startedAt, store: startedAt - clockSkewMs + storeAheadMs },
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(kind === 'user' ? namesIn(profile) : { clientId: claims.client_id }),
  }
}

/** Returns the other names by which revocations find a user. */
function namesIn({
  email,
  idpUserId,
  sid,
}: Profile): Pick<Identity, 'email' | 'idpUserId' | 'sid'> {
  return {
    ...(email === undefined ? {} : { email }),
    ...(idpUserId === undefined ? {} : { idpUserId }),
    ...(sid === undefined ? {} : { sid }),
  }
}

/** The members that a user's and a machine's principal share. */
type Shared = Pick<
  SignedIn,
  'roles' | 'permissions' | 'scopes' | 'claims' | 'startedAt' | 'expiresAt' | 'has'
> & { readonly organizationId?: string; readonly tokenId: string }

function sharedOf(
  { claims, grants }: BearerToken,
  { organizationId, tokenId, startedAt }: TokenHolder,
  claimNames: readonly string[],
): Shared {
  const { roles, permissions, scopes } = grants
  const ofOrganization = organizationId === undefined ? {} : { organizationId }
  return {
    roles,
    permissions,
    scopes,
    claims: keptClaims(verifiedClaims({}, claims), claimNames),
    tokenId,
    startedAt,
    expiresAt: claims.exp * 1000,
    has: has({ roles, permissions, ...ofOrganization }),
    ...ofOrganization,
  }
}

function machine(
  kind: MachineKind,
  { claims }: BearerToken,
  shared: Shared,
): Omit<Machine, 'ended'> {
  return { status: 'machine', via: 'bearer', client: { id: claims.client_id, kind }, ...shared }
}

function person(
  { connectionId, externalOrganizationId, emailVerified, authenticatedAt }: Profile,
  holder: TokenHolder,
  shared: Shared,
  accessToken: (options?: AccessTokenOptions) => string,
): Omit<SignedIn, 'ended'> {
  const { organizationId, claims } = shared
  // An external id only applies together with Scalekit's id of the organization.
  const hasExternalId = organizationId !== undefined && externalOrganizationId !== undefined
  return {
    status: 'signed-in',
    via: 'bearer',
    user: userOf({ claims, emailVerified, ...holder }),
    authenticatedOrganizations: organizationId === undefined ? [] : [organizationId],
    isStale: false,
    csrfToken: () => '',
    accessToken: async (options) => accessToken(options),
    ...shared,
    ...(hasExternalId ? { externalOrganizationId } : {}),
    ...(connectionId === undefined ? {} : { connectionId }),
    ...(authenticatedAt === undefined ? {} : { authenticatedAt, authenticatedBy: 'auth_time' }),
  }
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
