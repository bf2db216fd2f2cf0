import type { Clock } from '../clock.ts'
import { expiringMap } from '../expiring-map.ts'
import { type Logger, quote } from '../log.ts'
import { within } from '../within.ts'

/** How an organization is called, as far as Scalekit says. */
export interface OrganizationName {
  readonly displayName?: string
  /** Your own id of the organization. */
  readonly externalId?: string
}

/** Asks Scalekit for one organization. */
export type FindOrganization = (id: string) => Promise<OrganizationName>

/** Never rejects: a name decides nothing, so whatever goes wrong is no name. */
export type LookUpName = (id: string) => Promise<OrganizationName>

const keptNames = 1000
const hitMs = 5 * 60_000
/** An organization that is gone, or an API that is down, is not asked for on every page. */
const missMs = 30_000
/** In all; more are not begun. Their names come with a later page. */
const maxFlights = 40
/** How long a page waits; an answer that comes later is kept for the next one. */
const defaultTimeoutMs = 2000

/** Finds how organizations are called, and asks no more often than a name is worth. */
export function organizationNames(parts: {
  readonly findOrganization: FindOrganization
  readonly clock: Clock
  readonly logger: Logger
  /** Default: 2000. */
  readonly timeoutMs?: number
}): LookUpName {
  const { findOrganization, clock, logger, timeoutMs = defaultTimeoutMs } = parts
  const known = expiringMap<OrganizationName>(clock, { maxEntries: keptNames })
  const flights = new Map<string, Promise<OrganizationName>>()

  return async function lookUp(id) {
    const name = known.get(id)
    if (name) return name
    const flight = flights.get(id) ?? begin(id)
    return within(timeoutMs, flight).catch(() => ({}))
  }

  function begin(id: string): Promise<OrganizationName> {
    if (flights.size >= maxFlights) return Promise.resolve({})
    const flight = ask(id).finally(() => flights.delete(id))
    flights.set(id, flight)
    return flight
  }

  async function ask(id: string): Promise<OrganizationName> {
    try {
      const { displayName, externalId } = await findOrganization(id)
      // The wire has empty texts for what there is not.
      const name = { ...(displayName && { displayName }), ...(externalId && { externalId }) }
      known.set(id, name, clock() + hitMs)
      return name
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      logger.warn(`the name of ${quote(id)} could not be looked up: ${quote(why)}`)
      known.set(id, {}, clock() + missMs)
      return {}
    }
  }
}
