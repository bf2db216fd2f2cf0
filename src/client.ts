export type { ScalekitClientOptions } from './lib/client/client-parts.ts'
export { Scalekit, ScalekitClient } from './lib/client/scalekit-client.ts'
export type { FieldViolation, ScalekitErrorCode } from './lib/errors.ts'
export { ApiError, ConfigError, ScalekitError } from './lib/errors.ts'
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
  Directory,
  DirectoryApi,
  DirectoryGroup,
  DirectoryGroupPage,
  DirectoryMapping,
  DirectoryOwner,
  DirectoryRequest,
  DirectorySecret,
  DirectoryStats,
  DirectoryUser,
  DirectoryUserAddress,
  DirectoryUserGroup,
  DirectoryUserPage,
  DirectoryUserRole,
  ListDirectoryGroupsOptions,
  ListDirectoryUsersOptions,
  RoleAssignment,
} from './lib/management/directory-types.ts'
export type { Named } from './lib/management/named.ts'
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
export type { PageEnds, PageOptions } from './lib/management/pages.ts'
export type { Toggled } from './lib/management/shapes.ts'
