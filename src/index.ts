export type { AuthEvents, DeliveryInfo } from './lib/auth/events.ts'
export type { OfferedOrganization, OfferOrganizations } from './lib/auth/offered-organizations.ts'
export type { LoginAttempt, LoginDecision, OnLogin } from './lib/auth/on-login.ts'
export type { Conditions, Principal, SignedIn, SignedOut } from './lib/auth/principal.ts'
export type {
  PortalFeature,
  PortalOptions,
  ScalekitAuthOptions,
  SessionOptions,
} from './lib/config/options.ts'
export type { EmailPage, EmailPageTexts, PageOptions } from './lib/config/page-options.ts'
export type { Clock } from './lib/ground/clock.ts'
export type {
  AccessErrorCode,
  ApiErrorCode,
  ConfigErrorCode,
  GeneralErrorCode,
  LoginErrorCode,
  ScalekitErrorCode,
} from './lib/ground/error-codes.ts'
export {
  AccessError,
  ApiError,
  ConfigError,
  LoginError,
  ScalekitError,
} from './lib/ground/errors.ts'
export type { Logger } from './lib/ground/log.ts'
export type { Identity, LoginRequest, Tokens, User } from './lib/ground/types.ts'
export type { GuardOptions } from './lib/http/guards/guard.ts'
export type { OrganizationSelector } from './lib/http/guards/organization-selector.ts'
export type { SignedInHandler } from './lib/http/guards/protect.ts'
export {
  requireAuth,
  requireOrganization,
  requirePermission,
  requireRecentAuth,
  requireRole,
  requireScope,
} from './lib/http/guards/standalone-guards.ts'
export { getAuth } from './lib/http/instance/context.ts'
export type { Middleware, Next } from './lib/http/request/middleware.ts'
export type { ScalekitAuth } from './lib/http/scalekit-auth.ts'
export { scalekitAuth } from './lib/http/scalekit-auth.ts'
export type { SessionStore } from './lib/session/own-session.ts'
export { memoryStore } from './lib/state/memory-store.ts'
export type {
  ClaimAnswer,
  DeadLetter,
  DeliveryClaim,
  Ledger,
  LocalRevocations,
  Revocation,
  Revocations,
  SingleUse,
  StateStore,
  TokenStore,
} from './lib/state/store.ts'
