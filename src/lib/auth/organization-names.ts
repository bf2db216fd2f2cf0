import { cachedLookup } from '../ground/cached-lookup.ts'
import type { Clock } from '../ground/clock.ts'
import type { Logger } from '../ground/log.ts'
import { withTimeout } from '../ground/with-timeout.ts'

/** The names of an organization, as far as Scalekit returns them. */
export interface OrganizationName {
  readonly displayName?: string
  /** Your own id of the organization. */
  readonly externalId?: string
}

/** Asks Scalekit for one organization. */
export type FindOrganization = (id: string) => Promise<OrganizationName>

/**
 * Returns the names of an organization. Never rejects: they are for display only, so a failure
 * returns no names.
 */
export type LookUpName = (id: string) => Promise<OrganizationName>

const hitMs = 5 * 60_000
/** How long a failed lookup is cached, in milliseconds, so that not every page repeats it. */
const missMs = 30_000
/** The largest number of concurrent lookups. Further names are looked up for a later page. */
const maxFlights = 40
/**
 * How long a page waits for a name, in milliseconds. A later result is cached for the next page.
 */
const defaultTimeoutMs = 2000

/** Looks up the names of organizations. Results are cached, and lookups are limited. */
export function organizationNames(parts: {
  readonly findOrganization: FindOrganization
  readonly clock: Clock
  readonly logger: Logger
  /** How long a page waits for a name, in milliseconds. Default: 2000. */
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

/** Scalekit returns empty strings for missing names. */
function nameIn({ displayName, externalId }: OrganizationName): OrganizationName {
  return { ...(displayName && { displayName }), ...(externalId && { externalId }) }
}
