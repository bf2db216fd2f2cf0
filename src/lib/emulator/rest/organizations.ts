import type { Json } from '../../ground/types.ts'
import { organizationMessage } from '../state/organization-message.ts'
import type { State } from '../state/state.ts'
import type { Organization } from '../world/organizations.ts'
import { anyId, organizationId } from './fields.ts'
import { organizationWith, organizationWithExternalId } from './find.ts'
import { type Operation, operation } from './operation.ts'
import {
  createOrganization,
  deleteOrganization,
  setFeatures,
  updateOrganization,
} from './organization-edits.ts'
import { pageFields, pageOf } from './pages.ts'
import {
  httpsUrl,
  integer,
  list,
  message,
  metadata,
  nameOf,
  optional,
  text,
  yesOrNo,
} from './rules.ts'

const slugPattern =
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/

const displayName = text({ min: 1, max: 200 })
const logoUrl = optional(httpsUrl({ max: 1024 }))

const newFields = {
  display_name: displayName,
  region_code: optional(nameOf(['US', 'EU'])),
  external_id: optional(text()),
  metadata,
  slug: optional(text({ min: 1, max: 253, pattern: slugPattern })),
  logo_url: logoUrl,
}

/** An empty string removes a value. Absent metadata is left unchanged. */
const changedFields = {
  display_name: optional(displayName),
  external_id: optional(text()),
  metadata,
  slug: optional(text({ max: 253, pattern: new RegExp(`^$|${slugPattern.source}`) })),
  logo_url: logoUrl,
}

const featureNames = ['sso', 'dir_sync', 'domain_verification', 'session_policy'] as const

const feature = { name: nameOf(featureNames), enabled: yesOrNo }

/** A higher limit than other lists have, since 2025. */
const pageSize = integer({ from: 1, to: 100, ifAbsent: 10 })
const listRequest = { ...pageFields, page_size: pageSize, external_id: optional(text()) }
const createRequest = { organization: message(newFields) }
const updateRequest = { id: anyId, organization: message(changedFields) }
const settingsRequest = {
  id: organizationId,
  settings: message({ features: list(message(feature)) }),
}

export const organizationOperations: readonly Operation[] = [
  operation('GET', '/organizations', {
    request: listRequest,
    respond(state, { external_id, ...request }) {
      const all = state.settings.organizations.filter(
        ({ externalId }) => external_id === undefined || externalId === external_id,
      )
      const { items, ends } = pageOf(all, request)
      return { ...ends, organizations: items.map((item) => organizationMessage(state, item)) }
    },
  }),
  operation('POST', '/organizations', {
    request: createRequest,
    body: 'organization',
    status: 201,
    respond: (state, request) => answerWith(state, createOrganization(state, request.organization)),
  }),
  operation('GET', '/organizations/{id}', {
    request: { id: anyId },
    respond: (state, { id }) => answerWith(state, organizationWith(state, id)),
  }),
  operation('GET', '/organizations:external/{external_id}', {
    request: { external_id: text({ min: 1 }) },
    respond: (state, { external_id }) =>
      answerWith(state, organizationWithExternalId(state, external_id)),
  }),
  operation('PATCH', '/organizations/{id}', {
    request: updateRequest,
    body: 'organization',
    respond: (state, { id, organization }) =>
      answerWith(state, updateOrganization(state, organizationWith(state, id), organization)),
  }),
  operation('PATCH', '/organizations/{id}/settings', {
    request: settingsRequest,
    body: 'settings',
    respond: (state, { id, settings: { features } }) =>
      answerWith(state, setFeatures(state, organizationWith(state, id), features)),
  }),
  operation('DELETE', '/organizations/{id}', {
    request: { id: anyId },
    respond(state, { id }) {
      deleteOrganization(state, organizationWith(state, id))
      return {}
    },
  }),
]

function answerWith(state: State, organization: Organization): Json {
  return { organization: organizationMessage(state, organization) }
}
