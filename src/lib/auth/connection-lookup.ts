import { cachedLookup } from '../ground/cached-lookup.ts'
import type { Clock } from '../ground/clock.ts'
import { ApiError, LoginError } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import { rateLimit } from '../ground/rate-limit.ts'
import type { LoginTarget } from '../ground/types.ts'
import type { ListedConnection } from '../management/connection-types.ts'

/** The members of a connection that a sign-in needs. */
type FoundConnection = Pick<
  ListedConnection,
  'id' | 'enabled' | 'status' | 'organizationId' | 'domains'
>

/** Asks Scalekit for the connections of an email domain. It must apply a timeout of its own. */
export type FindConnections = (domain: string) => Promise<readonly FoundConnection[]>

/**
 * The result for an email domain: its one usable connection. `unknown` if it has no connection.
 * `unusable` if none of its connections works. `unclear` if it has several, or if Scalekit was not
 * asked or did not respond.
 */
export type DomainAnswer =
  | Pick<LoginTarget, 'connectionId' | 'organizationId'>
  | 'unknown'
  | 'unusable'
  | 'unclear'

/**
 * Returns the result for a domain. Failures are returned as `unclear`, with one exception.
 *
 * @throws {@link LoginError} `application_refused` if Scalekit refused the client credentials: it
 *   would refuse them again after the user has signed in
 */
export type LookUpDomain = (domain: string) => Promise<DomainAnswer>

const hitMs = 5 * 60_000
const missMs = 60_000
/**
 * How long a known connection is used while Scalekit is not asked or does not respond, in
 * milliseconds.
 */
const hitStaleMs = 24 * 3_600_000
/** For all requests together, because any client can make up domains. */
const lookUpsPerSecond = 5
/** The longest `domain` that Scalekit's ListConnections accepts, in characters. */
const longestDomain = 32

/** Finds the connection of an email domain. Results are cached, and lookups are limited. */
export function connectionLookup(parts: {
  readonly findConnections: FindConnections
  readonly clock: Clock
  readonly logger: Logger
}): LookUpDomain {
  const { findConnections, clock, logger } = parts
  const mayAsk = rateLimit(lookUpsPerSecond, 1000, clock)
  return cachedLookup<DomainAnswer>({
    what: 'connection',
    find: async (domain) => judge(domain, await findConnections(domain).catch(findFailed)),
    isFinal: (error) => error instanceof LoginError,
    keptMs: (answer) => (typeof answer === 'object' ? hitMs : missMs),
    fallback: 'unclear',
    failureMs: 0,
    lasting: { isLasting: (answer) => typeof answer === 'object', staleMs: hitStaleMs },
    mayAsk: (domain) => domain.length <= longestDomain && mayAsk(),
    clock,
    logger,
  })
}

/** Only `invalid_client` certainly persists until the application is configured otherwise. */
function findFailed(cause: unknown): never {
  if (!(cause instanceof ApiError && cause.errorCode === 'invalid_client')) throw cause
  throw new LoginError('application_refused', 'Scalekit refused the client id or secret', {
    cause,
    hint: cause.hint,
  })
}

function judge(domain: string, listed: readonly FoundConnection[]): DomainAnswer {
  const own = listed.filter((connection) => belongsTo(domain, connection))
  const [first, ...others] = own.filter(isUsable)
  if (first === undefined) return own.length === 0 ? 'unknown' : 'unusable'
  if (others.length > 0) return 'unclear'
  const { id, organizationId } = first
  return { connectionId: id, ...(organizationId ? { organizationId } : {}) }
}

/**
 * Scalekit filters by domain, but how it compares is not documented. A connection whose `domains`
 * lack this domain was matched too loosely.
 */
function belongsTo(domain: string, { domains = [] }: FoundConnection): boolean {
  return domains.length === 0 || domains.some((name) => name.toLowerCase() === domain)
}

function isUsable({ enabled, status }: FoundConnection): boolean {
  return enabled && status === 'COMPLETED'
}
