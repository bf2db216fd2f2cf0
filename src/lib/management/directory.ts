import { ApiError } from '../ground/errors.ts'
import type { CallApi } from './call.ts'
import type { DirectoryGroup, DirectoryUser } from './directory-people-types.ts'
import { withDetail, withMappings } from './directory-shapes.ts'
import type {
  Directory,
  DirectoryApi,
  DirectoryOwner,
  DirectoryRequest,
  ListDirectoryGroupsOptions,
  ListDirectoryUsersOptions,
} from './directory-types.ts'
import { type NamedArguments, named } from './named.ts'
import { type Pagination, pageLimits, pageQuery, pages } from './pages.ts'
import { apiPath, assertId, type Query } from './path.ts'
import { listIn, objectIn, pageEnds, type Toggled, toggled } from './shapes.ts'
import { rfc3339 } from './time.ts'

type UsersRequest = NamedArguments<DirectoryOwner & ListDirectoryUsersOptions>
type GroupsRequest = NamedArguments<DirectoryOwner & ListDirectoryGroupsOptions>

interface OfOrganization {
  readonly organizationId: string
}

export function directoryApi(call: CallApi, longestPage: number): DirectoryApi {
  const maxPageSize = Math.min(longestPage, pageLimits.directory)

  async function directories(request: NamedArguments<OfOrganization>) {
    const path = apiPath`/organizations/${request.organizationId}/directories`
    const answer = await call({ method: 'GET', path }, request)
    return { directories: listIn<Directory>(answer, 'directories').map(withMappings) }
  }

  async function toggle(given: readonly unknown[], verb: 'enable' | 'disable'): Promise<Toggled> {
    const request = named<DirectoryRequest>(given, ids)
    const { organizationId, id } = request
    const path = `${apiPath`/organizations/${organizationId}/directories/${id}`}:${verb}`
    return toggled(await call({ method: 'PATCH', path }, request))
  }

  async function listUsers(request: UsersRequest) {
    const { organizationId, directoryId, directoryGroupId } = request
    // A filter whose value got lost in the application would otherwise return all users as members
    // of the group.
    if ('directoryGroupId' in request) assertId(directoryGroupId)
    const path = apiPath`/organizations/${organizationId}/directories/${directoryId}/users`
    const query = { ...queryOf(request, maxPageSize), directory_group_id: directoryGroupId }
    const answer = await call({ method: 'GET', path, query }, request)
    const users = listIn<DirectoryUser>(answer, 'users').map(withDetail)
    return { users, ...pageEnds(answer) }
  }

  async function listGroups(request: GroupsRequest) {
    const { organizationId, directoryId } = request
    const path = apiPath`/organizations/${organizationId}/directories/${directoryId}/groups`
    const query = {
      ...queryOf(request, maxPageSize),
      include_external_groups: request.includeExternalGroups,
    }
    const answer = await call({ method: 'GET', path, query }, request)
    return { groups: listIn<DirectoryGroup>(answer, 'groups'), ...pageEnds(answer) }
  }

  return {
    async listDirectories(...given: readonly unknown[]) {
      return directories(named<OfOrganization>(given, ['organizationId']))
    },
    async getDirectory(...given: readonly unknown[]) {
      const request = named<DirectoryRequest>(given, ids)
      const { organizationId, id } = request
      const path = apiPath`/organizations/${organizationId}/directories/${id}`
      const answer = await call({ method: 'GET', path }, request)
      return { directory: withMappings(objectIn<Directory>(answer, 'directory')) }
    },
    async getPrimaryDirectoryByOrganizationId(...given: readonly unknown[]) {
      const list = await directories(named<OfOrganization>(given, ['organizationId']))
      const [directory] = list.directories
      if (directory) return { directory }
      throw new ApiError('api_not_found', 'The organization has no directory')
    },
    async listDirectoryUsers(...given: readonly unknown[]) {
      return listUsers(named<UsersRequest>(given, owner))
    },
    users(...given: readonly unknown[]) {
      const request = named<UsersRequest>(given, owner)
      return pages(async (pageToken) => {
        const page = await listUsers({ pageSize: maxPageSize, ...request, pageToken })
        return { items: page.users, nextPageToken: page.nextPageToken }
      }, request.pageToken)
    },
    async listDirectoryGroups(...given: readonly unknown[]) {
      return listGroups(named<GroupsRequest>(given, owner))
    },
    groups(...given: readonly unknown[]) {
      const request = named<GroupsRequest>(given, owner)
      return pages(async (pageToken) => {
        const page = await listGroups({ pageSize: maxPageSize, ...request, pageToken })
        return { items: page.groups, nextPageToken: page.nextPageToken }
      }, request.pageToken)
    },
    async enableDirectory(...given: readonly unknown[]) {
      return toggle(given, 'enable')
    },
    async disableDirectory(...given: readonly unknown[]) {
      return toggle(given, 'disable')
    },
  }
}

const ids = ['organizationId', 'id'] as const
const owner = ['organizationId', 'directoryId'] as const

/** The filters that lists of users and of groups share. */
interface Filter extends Pagination {
  readonly includeDetail?: boolean | undefined
  readonly updatedAfter?: Date | string | undefined
}

function queryOf(filter: Filter, maxPageSize: number): Query {
  const { includeDetail, updatedAfter } = filter
  return {
    ...pageQuery(filter, maxPageSize),
    include_detail: includeDetail,
    updated_after: updatedAfter === undefined ? undefined : rfc3339(updatedAfter),
  }
}
