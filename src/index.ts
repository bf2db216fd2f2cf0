export type { OptionalRevocation } from './lib/auth/event-targets.ts'
export type {
  AuditFields,
  AuthEvents,
  AuthoritySource,
  DeliveryInfo,
  GuardDenied,
  LoginFailed,
  LoginSucceeded,
  SessionEndCause,
  SessionEnded,
  SessionRefreshed,
} from './lib/auth/events.ts'
export type { OfferedOrganization, OfferOrganizations } from './lib/auth/offered-organizations.ts'
export type { LoginAttempt, LoginDecision, OnLogin } from './lib/auth/on-login.ts'
export type { OrganizationName } from './lib/auth/organization-names.ts'
export type { AccessPredicate } from './lib/auth/predicate.ts'
export type {
  AccessTokenOptions,
  Caller,
  Conditions,
  Machine,
  MachineKind,
  Principal,
  SignedIn,
  SignedOut,
} from './lib/auth/principal.ts'
export type { Authorization, AuthorizationResolve, ResolveReason } from './lib/auth/resolve.ts'
export type { RevokeOptions, RevokeTarget } from './lib/auth/revoke.ts'
export { SessionEndedError } from './lib/auth/session-ended-error.ts'
export type { ScalekitClientOptions } from './lib/client/client-parts.ts'
export type { ScalekitClient } from './lib/client/scalekit-client.ts'
export type { SignInClient } from './lib/client/sign-in-client.ts'
export type {
  AuthenticatedUser,
  AuthenticationOptions,
  AuthenticationResponse,
  AuthorizationUrlOptions,
  IdpInitiatedLoginClaims,
  LogoutUrlOptions,
  RefreshTokenResponse,
  TokenValidationOptions,
} from './lib/client/sign-in-types.ts'
export type {
  AuthorizationOptions,
  BearerOptions,
  ConnectionOptions,
  HttpOptions,
  InterceptorOptions,
  LoginOptions,
  OrganizationsOptions,
  PathOptions,
  PortalFeature,
  PortalOptions,
  ResolveLogin,
  RevocationOptions,
  ScalekitAuthOptions,
  SessionOptions,
  WebhookOptions,
} from './lib/config/options.ts'
export type { EmailPage, ErrorPage, PageOptions, PageWay } from './lib/config/page-options.ts'
export type {
  CommonTexts,
  ConfirmTexts,
  EmailPageTexts,
  PageProblem,
  PageTexts,
  PageTranslation,
  PortalPageTexts,
  ProblemTexts,
  SwitchPageTexts,
} from './lib/config/texts/page-texts.ts'
export type { Clock } from './lib/ground/clock.ts'

export type {
  AccessErrorCode,
  ApiErrorCode,
  ConfigErrorCode,
  GeneralErrorCode,
  LoginErrorCode,
  ScalekitErrorCode,
  WebhookErrorCode,
} from './lib/ground/error-codes.ts'

export type { ApiErrorDetails, ErrorDetails, FieldViolation } from './lib/ground/errors.ts'
export {
  AccessError,
  ApiError,
  ConfigError,
  LoginError,
  PermanentError,
  ScalekitError,
  WebhookError,
} from './lib/ground/errors.ts'
export type { HealthState } from './lib/ground/health-state.ts'
export type { LogFields, Logger } from './lib/ground/log.ts'
export type {
  AccessTokenClaims,
  AuthorityOrigin,
  HookResult,
  Identity,
  Json,
  LoginRequest,
  LoginTarget,
  OpenEnum,
  SessionClaims,
  Tokens,
  User,
} from './lib/ground/types.ts'
export type { OpenConnection } from './lib/http/authenticate.ts'
export type { GuardOptions } from './lib/http/guards/guard.ts'
export type { Guards } from './lib/http/guards/guards.ts'
export type { OrganizationSelector, RequestPlace } from './lib/http/guards/organization-selector.ts'
export type {
  FrameworkHandler,
  Protect,
  ProtectOptions,
  SignedInHandler,
} from './lib/http/guards/protect.ts'
export type { RecentAuth } from './lib/http/guards/recent-auth.ts'
export type { RequireThatOptions } from './lib/http/guards/require-that.ts'
export {
  requireAuth,
  requireOrganization,
  requirePermission,
  requireRecentAuth,
  requireRole,
  requireSameOrigin,
  requireScope,
  requireThat,
} from './lib/http/guards/standalone-guards.ts'
export { getAuth } from './lib/http/instance/context.ts'
export type { Health } from './lib/http/instance/health.ts'
export type { Routes } from './lib/http/instance/route.ts'
export type { Middleware, Next } from './lib/http/request/middleware.ts'
export type { ScalekitAuth } from './lib/http/scalekit-auth.ts'
export { scalekitAuth } from './lib/http/scalekit-auth.ts'
export type { Webhooks } from './lib/http/signed/webhooks-member.ts'
export type { CallOptions } from './lib/management/call.ts'
export type {
  Connection,
  ConnectionApi,
  ConnectionDomain,
  ConnectionProvider,
  ConnectionRequest,
  ConnectionStatus,
  ConnectionSummary,
  IdpCertificate,
  ListConnectionsOptions,
  ListedConnection,
  OidcConfig,
  SamlBinding,
  SamlConfig,
} from './lib/management/connection-types.ts'
export type {
  DirectoryGroup,
  DirectoryUser,
  DirectoryUserAddress,
  DirectoryUserGroup,
  DirectoryUserRole,
} from './lib/management/directory-people-types.ts'
export type {
  Directory,
  DirectoryApi,
  DirectoryGroupPage,
  DirectoryMapping,
  DirectoryOwner,
  DirectoryRequest,
  DirectorySecret,
  DirectoryStats,
  DirectoryUserPage,
  ListDirectoryGroupsOptions,
  ListDirectoryUsersOptions,
  RoleAssignment,
} from './lib/management/directory-types.ts'
export type { NamedArguments } from './lib/management/named.ts'
export type {
  ListOrganizationOptions,
  NewOrganization,
  Organization,
  OrganizationApi,
  OrganizationChanges,
  OrganizationFeature,
  OrganizationPage,
  OrganizationSettings,
  PortalLink,
  PortalLinkOptions,
} from './lib/management/organization-types.ts'
export type { PageEnds, Pagination } from './lib/management/pages.ts'
export type { Toggled } from './lib/management/shapes.ts'
export type { BearerKind } from './lib/oidc/bearer-kinds.ts'
export type { Fetch } from './lib/outgoing/fetch-transport.ts'
export type { SessionStore } from './lib/session/own-session.ts'
export type {
  DeliveryQueue,
  QueuedDelivery,
  QueueRun,
  RunDelivery,
  RunEnd,
} from './lib/state/delivery-queue.ts'
export { memoryStore } from './lib/state/memory-store.ts'
export type {
  Alias,
  Aliases,
  ClaimAnswer,
  DeadLetter,
  DeliveryClaim,
  LeaseAnswer,
  LeaseEnd,
  LeaseRequest,
  Ledger,
  LocalRevocations,
  Revocation,
  RevocationClock,
  Revocations,
  RevocationsPage,
  SingleUse,
  StateStore,
  StoreEpoch,
  TokenEntry,
  TokenStore,
} from './lib/state/store.ts'
export type { RawBody } from './lib/webhooks/body.ts'
export type {
  ConnectedAccountData,
  ConnectedAccountStatusData,
  ConnectionData,
  DeletedDirectoryGroupData,
  DeletedDirectoryUserData,
  DirectoryData,
  DirectoryGroupData,
  DirectoryRole,
  DirectoryUserData,
  EnvelopeEcho,
  EventData,
  ExternalIdentity,
  MembershipData,
  OrganizationData,
  OrganizationDomainData,
  PermissionData,
  RoleData,
  SwitchedConnectionData,
  UserData,
  UserSessionData,
} from './lib/webhooks/data.ts'
export type { Dispatcher } from './lib/webhooks/dispatch.ts'
export type {
  AliasedEventType,
  EventAlias,
  EventEnvelope,
  EventOf,
  EventType,
  ScalekitEvent,
  UnknownEvent,
} from './lib/webhooks/events.ts'
export type { EventHandlerName } from './lib/webhooks/handler-names.ts'
export type { Delivery, EventHandler, EventHandlers } from './lib/webhooks/handlers.ts'
export type { RequestHeaders } from './lib/webhooks/headers.ts'
export type {
  Interception,
  InterceptorDecision,
  InterceptorHandler,
  InterceptorHandlerName,
  InterceptorHandlers,
  InterceptorResponses,
} from './lib/webhooks/interceptor-handlers.ts'
export type {
  InterceptorCall,
  InterceptorCallAt,
  InterceptorContext,
  TriggerPoint,
} from './lib/webhooks/interceptors.ts'
export type { PascalCase } from './lib/webhooks/pascal-case.ts'
export type { EventPattern, EventPrefix, MatchingEvent } from './lib/webhooks/patterns.ts'
export type { Secrets } from './lib/webhooks/signing-keys.ts'
