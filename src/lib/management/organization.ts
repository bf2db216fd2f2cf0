import type { Json } from '../ground/types.ts'
import type { CallApi } from './call.ts'
import { type NamedArguments, named } from './named.ts'
import type {
  ListOrganizationOptions,
  NewOrganization,
  Organization,
  OrganizationApi,
  OrganizationChanges,
  OrganizationPage,
  OrganizationSettings,
  PortalLink,
  PortalLinkOptions,
} from './organization-types.ts'
import { pageLimits, pageQuery, pages } from './pages.ts'
import { apiPath, assertId } from './path.ts'
import { listIn, objectIn, pageEnds } from './shapes.ts'
import { toWire } from './wire.ts'

interface ById {
  readonly id: string
}

interface ByExternalId {
  readonly externalId: string
}

interface Change {
  readonly organization: OrganizationChanges
}

interface OrganizationAnswer {
  readonly organization: Organization
}

export function organizationApi(call: CallApi, longestPage: number): OrganizationApi {
  const maxPageSize = Math.min(longestPage, pageLimits.organizations)

  async function list(request: NamedArguments<ListOrganizationOptions>): Promise<OrganizationPage> {
    const { externalId } = request
    // An id that got lost in the application would otherwise list the other customers.
    if ('externalId' in request) assertId(externalId)
    const query = { ...pageQuery(request, maxPageSize), external_id: externalId }
    const answer = await call({ method: 'GET', path: apiPath`/organizations`, query }, request)
    return { organizations: listIn<Organization>(answer, 'organizations'), ...pageEnds(answer) }
  }

  async function find(request: NamedArguments<ByExternalId>): Promise<OrganizationAnswer> {
    const path = apiPath`/organizations:external/${request.externalId}`
    return organizationIn(await call({ method: 'GET', path }, request))
  }

  /** Returns the id of an organization, and the time that is left for the call that follows. */
  async function lookUp(request: NamedArguments<ByExternalId>): Promise<NamedArguments<ById>> {
    const { signal, timeoutMs } = request
    const beganAt = performance.now()
    const { organization } = await find(request)
    const tookMs = performance.now() - beganAt
    return { id: organization.id, signal, timeoutMs: timeoutMs && timeoutMs - tookMs }
  }

  async function update(request: NamedArguments<ById & Change>): Promise<OrganizationAnswer> {
    const body = bodyOf(request.organization)
    const path = apiPath`/organizations/${request.id}`
    return organizationIn(await call({ method: 'PATCH', path, body }, request))
  }

  async function remove(request: NamedArguments<ById>): Promise<void> {
    await call({ method: 'DELETE', path: apiPath`/organizations/${request.id}` }, request)
  }

  return {
    async listOrganization(...given: readonly unknown[]) {
      return list(named<ListOrganizationOptions>(given, []))
    },
    organizations(...given: readonly unknown[]) {
      const request = named<ListOrganizationOptions>(given, [])
      return pages(async (pageToken) => {
        const page = await list({ pageSize: maxPageSize, ...request, pageToken })
        return { items: page.organizations, nextPageToken: page.nextPageToken }
      }, request.pageToken)
    },
    async createOrganization(...given: readonly unknown[]) {
      const { signal, timeoutMs, ...organization } = named<NewOrganization>(given, ['displayName'])
      const body = bodyOf(organization)
      const path = apiPath`/organizations`
      return organizationIn(await call({ method: 'POST', path, body }, { signal, timeoutMs }))
    },
    async getOrganization(...given: readonly unknown[]) {
      const request = named<ById>(given, ['id'])
      const path = apiPath`/organizations/${request.id}`
      return organizationIn(await call({ method: 'GET', path }, request))
    },
    async getOrganizationByExternalId(...given: readonly unknown[]) {
      return find(named<ByExternalId>(given, ['externalId']))
    },
    async updateOrganization(...given: readonly unknown[]) {
      return update(named<ById & Change>(given, ['id', 'organization']))
    },
    async updateOrganizationByExternalId(...given: readonly unknown[]) {
      const request = named<ByExternalId & Change>(given, ['externalId', 'organization'])
      return update({ organization: request.organization, ...(await lookUp(request)) })
    },
    async updateOrganizationSettings(...given: readonly unknown[]) {
      type Request = ById & { readonly settings: OrganizationSettings }
      const request = named<Request>(given, ['id', 'settings'])
      const path = apiPath`/organizations/${request.id}/settings`
      const body = bodyOf(request.settings)
      return organizationIn(await call({ method: 'PATCH', path, body }, request))
    },
    async deleteOrganization(...given: readonly unknown[]) {
      return remove(named<ById>(given, ['id']))
    },
    async deleteOrganizationByExternalId(...given: readonly unknown[]) {
      return remove(await lookUp(named<ByExternalId>(given, ['externalId'])))
    },
    async generatePortalLink(...given: readonly unknown[]) {
      type Request = ById & PortalLinkOptions
      const request = named<Request>(given, ['id'])
      const path = apiPath`/organizations/${request.id}/portal_links`
      const { features, sso, directorySync } = request
      const query = { features, sso, directory_sync: directorySync }
      return objectIn<PortalLink>(await call({ method: 'PUT', path, query }, request), 'link')
    },
  }
}

/** The keys of metadata are the application's own. */
const untouched: ReadonlySet<string> = new Set(['metadata'])

function bodyOf(value: object): Json {
  return toWire(value ?? {}, untouched) as Json
}

function organizationIn(answer: Json): OrganizationAnswer {
  return { organization: objectIn<Organization>(answer, 'organization') }
}
