import type { OpenEnum } from '../ground/types.ts'
import type { CallOptions } from './call.ts'
import type { DirectoryGroup, DirectoryUser } from './directory-people-types.ts'
import type { NamedArguments } from './named.ts'
import type { PageEnds, Pagination } from './pages.ts'
import type { Toggled } from './shapes.ts'

/** Where an organization's people and groups come from. Times are in RFC 3339. */
export interface Directory {
  readonly id: string
  readonly name?: string
  readonly directoryProvider?: OpenEnum<
    'OKTA' | 'GOOGLE' | 'MICROSOFT_AD' | 'AUTH0' | 'ONELOGIN' | 'JUMPCLOUD' | 'PING_IDENTITY'
  >
  readonly directoryType?: OpenEnum<'SCIM' | 'LDAP' | 'POLL'>
  readonly directoryEndpoint?: string
  readonly enabled: boolean
  readonly status?: OpenEnum<'DRAFT' | 'IN_PROGRESS' | 'COMPLETED'>
  readonly organizationId?: string
  readonly source?: string
  readonly lastSyncedAt?: string | null
  readonly totalUsers?: number
  readonly totalGroups?: number
  readonly mappings?: readonly DirectoryMapping[]
  readonly attributeMappings?: { readonly attributes?: readonly DirectoryMapping[] }
  readonly roleAssignments?: { readonly assignments?: readonly RoleAssignment[] }
  readonly secrets?: readonly DirectorySecret[]
  readonly stats?: DirectoryStats
  readonly email?: string
  readonly groupsTracked?: string
}

/** Which attribute of the provider becomes which of a person. */
export interface DirectoryMapping {
  readonly key?: string
  readonly mapTo?: string
  readonly displayName?: string
}

/** The role that the members of a group have. */
export interface RoleAssignment {
  readonly groupId?: string
  readonly roleId?: string
  readonly roleName?: string
}

/** What the provider authenticates with; only the end of it is shown. */
export interface DirectorySecret {
  readonly id?: string
  readonly directoryId?: string
  readonly secretSuffix?: string
  readonly status?: OpenEnum<'ACTIVE' | 'INACTIVE'>
  readonly createTime?: string
  readonly expireTime?: string | null
  readonly lastUsedTime?: string | null
}

/** How much is in a directory, and when it last changed. */
export interface DirectoryStats {
  readonly totalUsers?: number
  readonly totalGroups?: number
  readonly userUpdatedAt?: string | null
  readonly groupUpdatedAt?: string | null
}

/** Which people of a directory, and how much of them. */
export interface ListDirectoryUsersOptions extends Pagination {
  /** Also what is not needed to know who it is. Default: false. */
  readonly includeDetail?: boolean | undefined
  /** Only members of this group (`dirgroup_…`). */
  readonly directoryGroupId?: string
  /** Only who changed since. A text is RFC 3339 or ISO 8601; without an offset it is in UTC. */
  readonly updatedAfter?: Date | string | undefined
}

/** Which groups of a directory, and how much of them. */
export interface ListDirectoryGroupsOptions extends Pagination {
  /** Also `groupDetail`. Default: false. */
  readonly includeDetail?: boolean | undefined
  /** Scalekit does not document what it does; sent as it is. */
  readonly includeExternalGroups?: boolean | undefined
  /** Only what changed since; in the forms that {@link ListDirectoryUsersOptions} takes. */
  readonly updatedAfter?: Date | string | undefined
}

/** One page of people. */
export interface DirectoryUserPage extends PageEnds {
  readonly users: readonly DirectoryUser[]
}

/** One page of groups. */
export interface DirectoryGroupPage extends PageEnds {
  readonly groups: readonly DirectoryGroup[]
}

/** One directory of one organization. */
export interface DirectoryRequest {
  readonly organizationId: string
  readonly id: string
}

/** Whose people or groups are listed. */
export interface DirectoryOwner {
  readonly organizationId: string
  readonly directoryId: string
}

/**
 * The directories of organizations, and who is in them.
 *
 * Every operation rejects with an {@link ApiError}: `api_…` where the API failed or could not be
 * asked, `invalid_id` for an id that is none, and then nothing was sent.
 */
export interface DirectoryApi {
  listDirectories(
    organizationId: string,
    options?: CallOptions,
  ): Promise<{ readonly directories: readonly Directory[] }>
  listDirectories(
    request: NamedArguments<{ readonly organizationId: string }>,
  ): Promise<{ readonly directories: readonly Directory[] }>
  getDirectory(
    organizationId: string,
    id: string,
    options?: CallOptions,
  ): Promise<{ readonly directory: Directory }>
  getDirectory(
    request: NamedArguments<DirectoryRequest>,
  ): Promise<{ readonly directory: Directory }>
  /**
   * The first directory of an organization.
   *
   * @throws {@link ApiError} as every operation; `api_not_found` where it has none
   */
  getPrimaryDirectoryByOrganizationId(
    organizationId: string,
    options?: CallOptions,
  ): Promise<{ readonly directory: Directory }>
  getPrimaryDirectoryByOrganizationId(
    request: NamedArguments<{ readonly organizationId: string }>,
  ): Promise<{ readonly directory: Directory }>
  /**
   * One page of a directory's people.
   *
   * @throws {@link ApiError} as every operation; `invalid_page_size`, `invalid_updated_after`;
   *   `invalid_id` for a group that is named and empty
   */
  listDirectoryUsers(
    organizationId: string,
    directoryId: string,
    options?: NamedArguments<ListDirectoryUsersOptions>,
  ): Promise<DirectoryUserPage>
  listDirectoryUsers(
    request: NamedArguments<DirectoryOwner & ListDirectoryUsersOptions>,
  ): Promise<DirectoryUserPage>
  /** All people of a directory, page by page as the loop reaches them; 30 to a page. */
  users(
    organizationId: string,
    directoryId: string,
    options?: NamedArguments<ListDirectoryUsersOptions>,
  ): AsyncGenerator<DirectoryUser, void, undefined>
  users(
    request: NamedArguments<DirectoryOwner & ListDirectoryUsersOptions>,
  ): AsyncGenerator<DirectoryUser, void, undefined>
  /** One page of a directory's groups; it throws as {@link DirectoryApi.listDirectoryUsers} does. */
  listDirectoryGroups(
    organizationId: string,
    directoryId: string,
    options?: NamedArguments<ListDirectoryGroupsOptions>,
  ): Promise<DirectoryGroupPage>
  listDirectoryGroups(
    request: NamedArguments<DirectoryOwner & ListDirectoryGroupsOptions>,
  ): Promise<DirectoryGroupPage>
  /** All groups of a directory, page by page as the loop reaches them; 30 to a page. */
  groups(
    organizationId: string,
    directoryId: string,
    options?: NamedArguments<ListDirectoryGroupsOptions>,
  ): AsyncGenerator<DirectoryGroup, void, undefined>
  groups(
    request: NamedArguments<DirectoryOwner & ListDirectoryGroupsOptions>,
  ): AsyncGenerator<DirectoryGroup, void, undefined>
  enableDirectory(organizationId: string, id: string, options?: CallOptions): Promise<Toggled>
  enableDirectory(request: NamedArguments<DirectoryRequest>): Promise<Toggled>
  disableDirectory(organizationId: string, id: string, options?: CallOptions): Promise<Toggled>
  disableDirectory(request: NamedArguments<DirectoryRequest>): Promise<Toggled>
}
