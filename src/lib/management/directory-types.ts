import type { OpenEnum } from '../ground/types.ts'
import type { CallOptions } from './call.ts'
import type { DirectoryGroup, DirectoryUser } from './directory-people-types.ts'
import type { NamedArguments } from './named.ts'
import type { PageEnds, Pagination } from './pages.ts'
import type { Toggled } from './shapes.ts'

/** The source of an organization's users and groups. Times are in RFC 3339. */
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

/** Maps an attribute of the provider to an attribute of a user. */
export interface DirectoryMapping {
  readonly key?: string
  readonly mapTo?: string
  readonly displayName?: string
}

/** The role of a group's members. */
export interface RoleAssignment {
  readonly groupId?: string
  readonly roleId?: string
  readonly roleName?: string
}

/** A secret with which the provider authenticates. Only its last characters are shown. */
export interface DirectorySecret {
  readonly id?: string
  readonly directoryId?: string
  readonly secretSuffix?: string
  readonly status?: OpenEnum<'ACTIVE' | 'INACTIVE'>
  readonly createTime?: string
  readonly expireTime?: string | null
  readonly lastUsedTime?: string | null
}

/** The size of a directory and the time of its last change. */
export interface DirectoryStats {
  readonly totalUsers?: number
  readonly totalGroups?: number
  readonly userUpdatedAt?: string | null
  readonly groupUpdatedAt?: string | null
}

/** Filters for the users of a directory, and the level of detail. */
export interface ListDirectoryUsersOptions extends Pagination {
  /** Whether to return more than the fields that identify a user. Default: false. */
  readonly includeDetail?: boolean | undefined
  /** Only members of this group (`dirgroup_…`). */
  readonly directoryGroupId?: string
  /**
   * Only users that changed since then. A string is in RFC 3339 or ISO 8601; without an offset it
   * is in UTC.
   */
  readonly updatedAfter?: Date | string | undefined
}

/** Filters for the groups of a directory, and the level of detail. */
export interface ListDirectoryGroupsOptions extends Pagination {
  /** Whether to return `groupDetail`. Default: false. */
  readonly includeDetail?: boolean | undefined
  /** Sent unchanged. Scalekit does not document its effect. */
  readonly includeExternalGroups?: boolean | undefined
  /**
   * Only groups that changed since then, in the formats that {@link ListDirectoryUsersOptions}
   * accepts.
   */
  readonly updatedAfter?: Date | string | undefined
}

/** One page of users. */
export interface DirectoryUserPage extends PageEnds {
  readonly users: readonly DirectoryUser[]
}

/** One page of groups. */
export interface DirectoryGroupPage extends PageEnds {
  readonly groups: readonly DirectoryGroup[]
}

/** Identifies one directory of one organization. */
export interface DirectoryRequest {
  readonly organizationId: string
  readonly id: string
}

/** Identifies the directory whose users or groups are listed. */
export interface DirectoryOwner {
  readonly organizationId: string
  readonly directoryId: string
}

/**
 * Reads the directories of organizations, with their users and groups, and enables and disables
 * directories.
 *
 * Arguments are passed one by one, or by their names in one object together with `signal` and
 * `timeoutMs`.
 *
 * Every operation rejects with an {@link ApiError}: `api_…` if the API failed or could not be
 * reached, `invalid_id` for a malformed id. In the latter case, no request was sent.
 */
export interface DirectoryApi {
  /**
   * Lists the directories of an organization.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns the directories, as `{ directories }`
   * @throws {@link ApiError} as every operation
   */
  listDirectories(
    organizationId: string,
    options?: CallOptions,
  ): Promise<{ readonly directories: readonly Directory[] }>
  listDirectories(
    request: NamedArguments<{ readonly organizationId: string }>,
  ): Promise<{ readonly directories: readonly Directory[] }>
  /**
   * Returns one directory.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param id The id of the directory, `dir_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns the directory, as `{ directory }`
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  getDirectory(
    organizationId: string,
    id: string,
    options?: CallOptions,
  ): Promise<{ readonly directory: Directory }>
  getDirectory(
    request: NamedArguments<DirectoryRequest>,
  ): Promise<{ readonly directory: Directory }>
  /**
   * Returns the first directory of an organization.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns the directory, as `{ directory }`
   * @throws {@link ApiError} as every operation; `api_not_found` if the organization has none
   */
  getPrimaryDirectoryByOrganizationId(
    organizationId: string,
    options?: CallOptions,
  ): Promise<{ readonly directory: Directory }>
  getPrimaryDirectoryByOrganizationId(
    request: NamedArguments<{ readonly organizationId: string }>,
  ): Promise<{ readonly directory: Directory }>
  /**
   * Returns one page of a directory's users.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param directoryId The id of the directory, `dir_…`.
   * @param options `pageSize`, `pageToken`, filters, and `includeDetail`.
   * @returns the page's `users`, and the tokens of its neighbors
   * @throws {@link ApiError} as every operation; `invalid_page_size`, `invalid_updated_after`;
   *   `invalid_id` for a group that is present but empty
   */
  listDirectoryUsers(
    organizationId: string,
    directoryId: string,
    options?: NamedArguments<ListDirectoryUsersOptions>,
  ): Promise<DirectoryUserPage>
  listDirectoryUsers(
    request: NamedArguments<DirectoryOwner & ListDirectoryUsersOptions>,
  ): Promise<DirectoryUserPage>
  /**
   * Iterates over all users of a directory. Pages of 30 are loaded as the loop reaches them.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param directoryId The id of the directory, `dir_…`.
   * @param options Filters, `includeDetail`, another `pageSize`, and the `pageToken` to begin at.
   * @returns an iterator of users
   * @throws {@link ApiError} while iterating, as {@link DirectoryApi.listDirectoryUsers}, and
   *   `page_token_repeated` instead of looping forever
   * @example
   * for await (const { id, email } of scalekit.directory.users(organizationId, directoryId)) {
   *   console.log(id, email)
   * }
   */
  users(
    organizationId: string,
    directoryId: string,
    options?: NamedArguments<ListDirectoryUsersOptions>,
  ): AsyncGenerator<DirectoryUser, void, undefined>
  users(
    request: NamedArguments<DirectoryOwner & ListDirectoryUsersOptions>,
  ): AsyncGenerator<DirectoryUser, void, undefined>
  /**
   * Returns one page of a directory's groups.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param directoryId The id of the directory, `dir_…`.
   * @param options `pageSize`, `pageToken`, a filter, and `includeDetail`.
   * @returns the page's `groups`, and the tokens of its neighbors
   * @throws {@link ApiError} as every operation; `invalid_page_size`, `invalid_updated_after`
   */
  listDirectoryGroups(
    organizationId: string,
    directoryId: string,
    options?: NamedArguments<ListDirectoryGroupsOptions>,
  ): Promise<DirectoryGroupPage>
  listDirectoryGroups(
    request: NamedArguments<DirectoryOwner & ListDirectoryGroupsOptions>,
  ): Promise<DirectoryGroupPage>
  /**
   * Iterates over all groups of a directory. Pages of 30 are loaded as the loop reaches them.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param directoryId The id of the directory, `dir_…`.
   * @param options A filter, `includeDetail`, another `pageSize`, and the `pageToken` to begin at.
   * @returns an iterator of groups
   * @throws {@link ApiError} while iterating, as {@link DirectoryApi.listDirectoryGroups}, and
   *   `page_token_repeated` instead of looping forever
   */
  groups(
    organizationId: string,
    directoryId: string,
    options?: NamedArguments<ListDirectoryGroupsOptions>,
  ): AsyncGenerator<DirectoryGroup, void, undefined>
  groups(
    request: NamedArguments<DirectoryOwner & ListDirectoryGroupsOptions>,
  ): AsyncGenerator<DirectoryGroup, void, undefined>
  /**
   * Enables a directory, which starts its synchronization.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param id The id of the directory, `dir_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns whether it is enabled now, and an `errorMessage` if that is not what was requested
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  enableDirectory(organizationId: string, id: string, options?: CallOptions): Promise<Toggled>
  enableDirectory(request: NamedArguments<DirectoryRequest>): Promise<Toggled>
  /**
   * Disables a directory, which stops its synchronization.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param id The id of the directory, `dir_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns whether it is enabled now, and an `errorMessage` if that is not what was requested
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  disableDirectory(organizationId: string, id: string, options?: CallOptions): Promise<Toggled>
  disableDirectory(request: NamedArguments<DirectoryRequest>): Promise<Toggled>
}
