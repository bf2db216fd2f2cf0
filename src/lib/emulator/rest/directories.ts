import { switchDirectory } from '../directory/switch.ts'
import { syncedContent } from '../directory/sync.ts'
import type { State } from '../state/state.ts'
import type { OwnedDirectory } from '../world/organizations.ts'
import {
  directoryGroupMessage,
  directoryMessage,
  directoryUserMessage,
} from './directory-message.ts'
import { anyId, directoryId, groupId, organizationId } from './fields.ts'
import { directoryWith, type Ids, organizationWith } from './find.ts'
import { type Operation, operation, switchOperations } from './operation.ts'
import { pageFields, pageOf } from './pages.ts'
import { optional, time, yesOrNo } from './rules.ts'

const toggleRequest = { organization_id: organizationId, id: directoryId }
const listRequest = {
  organization_id: organizationId,
  directory_id: directoryId,
  ...pageFields,
  include_detail: yesOrNo,
  updated_after: optional(time),
}
const usersRequest = { ...listRequest, directory_group_id: optional(groupId) }
/**
 * The option to include groups that are not synchronized has no effect: all groups here are
 * synchronized.
 */
const groupsRequest = { ...listRequest, include_external_groups: yesOrNo }

export const directoryOperations: readonly Operation[] = [
  operation('GET', '/organizations/{organization_id}/directories', {
    request: { organization_id: organizationId },
    respond(state, { organization_id }) {
      const organization = organizationWith(state, organization_id)
      const { directory } = organization
      return {
        directories: directory ? [directoryMessage(state, { organization, directory })] : [],
      }
    },
  }),
  operation('GET', '/organizations/{organization_id}/directories/{id}', {
    request: { organization_id: anyId, id: anyId },
    respond: (state, request) => ({
      directory: directoryMessage(state, directoryWith(state, request)),
    }),
  }),
  ...switchOperations('/organizations/{organization_id}/directories/{id}', toggleRequest, toggle),
  operation('GET', '/organizations/{organization_id}/directories/{directory_id}/users', {
    request: usersRequest,
    respond(state, request) {
      const owned = directoryOf(state, request)
      const { users, groups } = syncedContent(owned.directory)
      const { include_detail, updated_after, directory_group_id } = request
      const members = groups.find(({ id }) => id === directory_group_id)?.members ?? []
      const { items, ends } = pageOf(
        users
          .filter(({ id }) => directory_group_id === undefined || members.includes(id))
          .filter(isUpdatedAfter(state, updated_after)),
        request,
      )
      return {
        users: items.map((user) => directoryUserMessage(state, owned, user, include_detail)),
        ...ends,
      }
    },
  }),
  operation('GET', '/organizations/{organization_id}/directories/{directory_id}/groups', {
    request: groupsRequest,
    respond(state, request) {
      const owned = directoryOf(state, request)
      const { groups } = syncedContent(owned.directory)
      const { include_detail, updated_after } = request
      const { items, ends } = pageOf(groups.filter(isUpdatedAfter(state, updated_after)), request)
      return {
        groups: items.map((group) => directoryGroupMessage(state, owned, group, include_detail)),
        ...ends,
      }
    },
  }),
]

function toggle(state: State, ids: Ids, enabled: boolean) {
  switchDirectory(state, directoryWith(state, ids), enabled)
  return { enabled }
}

function directoryOf(
  state: State,
  request: { readonly organization_id: string; readonly directory_id: string },
): OwnedDirectory {
  return directoryWith(state, { ...request, id: request.directory_id })
}

function isUpdatedAfter({ times }: State, time: number | undefined) {
  return ({ id }: { readonly id: string }) => time === undefined || times.updatedAt(id) > time
}
