export type { ScalekitClientOptions } from './lib/client/client-parts.ts'
export { Scalekit, ScalekitClient } from './lib/client/scalekit-client.ts'
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
  AccessErrorCode,
  ApiErrorCode,
  ConfigErrorCode,
  GeneralErrorCode,
  LoginErrorCode,
  ScalekitErrorCode,
  WebhookErrorCode,
} from './lib/ground/error-codes.ts'
export type { FieldViolation } from './lib/ground/errors.ts'
export {
  AccessError,
  ApiError,
  ConfigError,
  LoginError,
  ScalekitError,
  WebhookError,
} from './lib/ground/errors.ts'
export type { AccessTokenClaims, Json } from './lib/ground/types.ts'
export type { CallOptions } from './lib/management/call.ts'
export type {
  Connection,
  ConnectionApi,
  ConnectionDomain,
  ConnectionProvider,
  ConnectionRequest,
  ConnectionStatus,
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
export type { RawBody } from './lib/webhooks/body.ts'
export type { RequestHeaders } from './lib/webhooks/headers.ts'
export type { Secrets } from './lib/webhooks/signing-keys.ts'
