import { cachedLookup } from '../ground/cached-lookup.ts'
import type { Clock } from '../ground/clock.ts'
import type { Logger } from '../ground/log.ts'
import { withTimeout } from '../ground/with-timeout.ts'

/** What an organization is called, as far as Scalekit says. */
export interface OrganizationName {
  readonly displayName?: string
  /** Your own id of the organization. */
  readonly externalId?: string
}

/** Asks Scalekit for one organization. */
export type FindOrganization = (id: string) => Promise<OrganizationName>

/** Never rejects: a name decides nothing, so whatever goes wrong is no name. */
export type LookUpName = (id: string) => Promise<OrganizationName>

const hitMs = 5 * 60_000
/** An organization that is gone, or an API that is down, is not asked for on every page. */
const missMs = 30_000
/** In all; no more are begun, and further names come with a later page. */
const maxFlights = 40
/** How long a page waits; an answer that comes later is kept for the next one. */
const defaultTimeoutMs = 2000

/** Finds what organizations are called, and asks no more often than a name is worth. */
export function organizationNames(parts: {
  readonly findOrganization: FindOrganization
  readonly clock: Clock
  readonly logger: Logger
  /** Default: 2000. */
  readonly timeoutMs?: number
}): LookUpName {
  const { findOrganization, clock, logger, timeoutMs = defaultTimeoutMs } = parts
  const lookUp = cachedLookup<OrganizationName>({
    what: 'name',
    find: async (id) => nameIn(await findOrganization(id)),
    keptMs: () => hitMs,
    fallback: {},
    failureMs: missMs,
    mayAsk: (_id, flights) => flights < maxFlights,
    clock,
    logger,
  })
  return (id) => withTimeout(timeoutMs, lookUp(id)).catch(() => ({}))
}

/** The wire has empty texts for what there is not. */
function nameIn({ displayName, externalId }: OrganizationName): OrganizationName {
  return { ...(displayName && { displayName }), ...(externalId && { externalId }) }
}
