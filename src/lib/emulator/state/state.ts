import { BoundedMap } from '../../ground/bounded.ts'
import type { Clock } from '../../ground/clock.ts'
import type { Json } from '../../ground/types.ts'
import { createInterceptors, type Interceptors } from '../interceptors/interceptors.ts'
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.ts'
import type { OrganizationClient } from '../world/organization-clients.ts'
import type { EmulatedConnection, EmulatedOrganization } from '../world/organizations.ts'
import type { EmulatedPerson } from '../world/people.ts'
import type { Settings } from '../world/settings.ts'
import { createWarnings, type Warnings } from '../world/warnings.ts'
import { type BackChannel, createBackChannel } from './back-channel.ts'
import { createFaults, type Faults } from './faults.ts'
import { createFormerPeople, type FormerPeople } from './former-people.ts'
import { type Claims, createKeyRing, type KeyRing } from './keys.ts'
import type { PortalLink } from './portal-link.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'
import { createTimes, type Times } from './times.ts'

/** The complete state of one running emulator. */
export interface State {
  readonly issuer: string
  readonly settings: Settings
  readonly clock: Clock
  readonly keys: KeyRing
  readonly faults: Faults
  /** The limit of the management API. */
  readonly rateLimit: RateLimit
  /** Authorization requests that wait for a person at a page. */
  readonly pending: Map<string, PendingSignIn>
  readonly codes: Map<string, Code>
  readonly accessTokens: Map<string, AccessToken>
  readonly refreshTokens: Map<string, RefreshToken>
  readonly sessions: Map<string, Session>
  /** When the tokens of the application itself expire, in milliseconds. */
  readonly clientTokens: Map<string, number>
  /** Keyed by path. */
  readonly portalLinks: Map<string, PortalLink>
  /** Portal sessions that single-use links opened. Keyed by path as well. */
  readonly portalSessions: Map<string, PortalLink>
  readonly times: Times
  readonly formerPeople: FormerPeople
  readonly webhooks: Webhooks
  readonly interceptors: Interceptors
  /** Invitations whose links were opened, by the parameter that the link sends along. */
  readonly invitations: Map<string, Invitation>
  readonly warnings: Warnings
  readonly backChannel: BackChannel
  /** Clients of organizations for machine-to-machine calls, by id. */
  readonly organizationClients: Map<string, OrganizationClient>
}

/** A validated authorization request. */
export interface AuthorizationRequest {
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly state?: string
  readonly nonce?: string
  readonly codeChallenge?: string
  readonly prompts: readonly string[]
  readonly loginHint?: string
}

/**
 * Where a person signs in: the identity provider of a customer, or a social one that all customers
 * share.
 */
export interface Place {
  readonly name: string
  readonly connection: EmulatedConnection
  readonly organization?: EmulatedOrganization
  readonly people: readonly EmulatedPerson[]
}

/** A sign-in that waits for its user at a page. */
export interface PendingSignIn {
  readonly request: AuthorizationRequest
  /** The selectors of the request's target, for interceptors. */
  readonly selectors: Readonly<Record<string, string>>
  readonly step: SignInStep
}

/** The step that the page shows. `place`, if set, is the only target where the user may sign in. */
export type SignInStep =
  | { readonly kind: 'email'; readonly place?: Place }
  | { readonly kind: 'provider'; readonly place: Place }
  | { readonly kind: 'code'; readonly email: string; readonly place?: Place }
  | { readonly kind: 'organization'; readonly user: ProvenUser }
  | { readonly kind: 'sign-up' }

/** An authenticated user, and the method of authentication. */
export interface ProvenUser {
  readonly email: string
  readonly connection: EmulatedConnection
}

/** The invited person and the organization. */
export interface Invitation {
  readonly organizationId: string
  readonly personId: string
}

/** One person's session, from the sign-in page to the logout. */
export interface Session {
  /** `ses_` and digits. */
  readonly id: string
  /** The person as a member of the organization. */
  person: EmulatedPerson
  connection: EmulatedConnection
  /** The organization that tokens name. A switch changes it. */
  organization?: EmulatedOrganization
  /** Ids of the organizations that the user has signed in to in this session. */
  readonly authenticatedOrganizations: string[]
  /** An interceptor's additions to access tokens. */
  customClaims?: Json
  /** The value of `auth_time` in milliseconds, if it differs from the start of the session. */
  readonly authenticatedAt?: number
  /** By the emulator's clock, in milliseconds. */
  readonly startedAt: number
  /** The sign-in, or the latest refresh or silent sign-in, in milliseconds. */
  lastActiveAt: number
  ended?: SessionEnd
}

/** The reason and the time of a session's end, in milliseconds. */
export interface SessionEnd {
  readonly status: 'expired' | 'revoked' | 'logout'
  readonly at: number
}

/** The grant behind one code and behind every token that was issued for it. */
export interface Grant {
  readonly session: Session
  readonly scopes: readonly string[]
  readonly nonce?: string
  isRevoked: boolean
}

export interface Code {
  readonly grant: Grant
  readonly redirectUri: string
  readonly codeChallenge?: string
  readonly expiresAt: number
  isUsed: boolean
}

export interface AccessToken {
  readonly grant: Grant
  readonly expiresAt: number
}

export interface RefreshToken {
  readonly grant: Grant
  /** The time of its first use, in milliseconds, and the response then. */
  used?: { readonly at: number; readonly answer: Promise<Claims> }
}

export function createState(issuer: string, settings: Settings, clock: Clock): State {
  return {
    issuer,
    settings,
    clock,
    keys: createKeyRing(),
    faults: createFaults(),
    rateLimit: createRateLimit(settings.rateLimitPerMinute, clock),
    pending: new BoundedMap('sign-ins in progress'),
    codes: new BoundedMap('authorization codes'),
    accessTokens: new BoundedMap('access tokens'),
    refreshTokens: new BoundedMap('refresh tokens'),
    sessions: new BoundedMap('sessions'),
    clientTokens: new BoundedMap('tokens of applications'),
    portalLinks: new BoundedMap('portal links'),
    portalSessions: new BoundedMap('portal sessions'),
    times: createTimes(clock),
    formerPeople: createFormerPeople(settings.staleClaimsSeconds, clock),
    webhooks: createWebhooks(settings, clock),
    interceptors: createInterceptors(settings, clock),
    invitations: new BoundedMap('invitations'),
    warnings: createWarnings(clock, settings.onWarning),
    backChannel: createBackChannel(),
    organizationClients: new Map(),
  }
}

/** The emulator's time in whole seconds, as in tokens. */
export function nowSeconds(state: State): number {
  return Math.floor(state.clock() / 1000)
}
