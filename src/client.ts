export type { ScalekitClientOptions } from './lib/client/client-parts.ts'
export { Scalekit, ScalekitClient } from './lib/client/scalekit-client.ts'
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
  ScalekitError,
  WebhookError,
} from './lib/ground/errors.ts'
export type { LogFields, Logger } from './lib/ground/log.ts'
export type { AccessTokenClaims, Json, OpenEnum } from './lib/ground/types.ts'
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
export type { Fetch } from './lib/outgoing/fetch-transport.ts'
export type { RawBody } from './lib/webhooks/body.ts'
export type { RequestHeaders } from './lib/webhooks/headers.ts'
export type { Secrets } from './lib/webhooks/signing-keys.ts'
