import {
  connectionLookup,
  type FindConnections,
  type LookUpDomain,
} from '../../auth/connection-lookup.ts'
import {
  type FindByExternalId,
  type LookUpOrganization,
  organizationLookup,
} from '../../auth/organization-lookup.ts'
import {
  type FindOrganization,
  type LookUpName,
  organizationNames,
} from '../../auth/organization-names.ts'
import type { ScalekitClient } from '../../client/scalekit-client.ts'
import type { Clock } from '../../ground/clock.ts'
import type { Logger } from '../../ground/log.ts'

/** Queries to the management API with cached results. */
export interface Lookups {
  readonly lookUpDomain: LookUpDomain
  readonly lookUpName: LookUpName
  /** Finds an organization by the application's own id. */
  readonly lookUpOrganization: LookUpOrganization
}

/** @internal */
export function lookupsBy(
  scalekit: ScalekitClient,
  parts: { readonly clock: Clock; readonly logger: Logger },
): Lookups {
  return {
    lookUpDomain: connectionLookup({ ...parts, findConnections: connectionsBy(scalekit) }),
    lookUpName: organizationNames({ ...parts, findOrganization: organizationBy(scalekit) }),
    lookUpOrganization: organizationLookup({
      ...parts,
      findByExternalId: organizationByExternalId(scalekit),
    }),
  }
}

/**
 * A sign-in waits this long for a lookup of a domain, in milliseconds. It then continues without
 * the result.
 */
const lookUpTimeoutMs = 3000

function connectionsBy({ connection }: ScalekitClient): FindConnections {
  return async function find(domain) {
    // Without `all`, a company with a disabled connection would look like one without any.
    const options = { domain, include: 'all', timeoutMs: lookUpTimeoutMs }
    return (await connection.listConnections(options)).connections
  }
}

function organizationBy({ organization }: ScalekitClient): FindOrganization {
  return async (id) => (await organization.getOrganization(id)).organization
}

/** Waits as long as any call of the API may take, because without a result the sign-in fails. */
function organizationByExternalId({ organization }: ScalekitClient): FindByExternalId {
  return async (id) => (await organization.getOrganizationByExternalId(id)).organization
}
