import { cachedLookup } from '../ground/cached-lookup.ts'
import type { Clock } from '../ground/clock.ts'
import { ApiError, LoginError } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import { rateLimit } from '../ground/rate-limit.ts'

/** Asks Scalekit for the organization with this external id. It must apply a timeout of its own. */
export type FindByExternalId = (externalId: string) => Promise<{ readonly id: string }>

/**
 * Scalekit's id of an organization; `unknown` if no organization has the external id; `unclear` if
 * Scalekit was not asked or did not respond.
 */
export type OrganizationAnswer = { readonly id: string } | 'unknown' | 'unclear'

/**
 * Finds an organization by the application's own id of it.
 *
 * @throws {@link LoginError} `application_refused` if Scalekit refuses the client credentials
 */
export type LookUpOrganization = (externalId: string) => Promise<OrganizationAnswer>

const hitMs = 5 * 60_000
const missMs = 60_000
/** How long a known id is used while Scalekit is not asked or does not respond, in milliseconds. */
const hitStaleMs = 24 * 3_600_000
/** For all requests together, because any client can make up ids. */
const lookUpsPerSecond = 5

/**
 * Resolves external ids. Scalekit accepts only its own ids (`org_…`) in an authorization request.
 */
export function organizationLookup(parts: {
  readonly findByExternalId: FindByExternalId
  readonly clock: Clock
  readonly logger: Logger
}): LookUpOrganization {
  const { findByExternalId, clock, logger } = parts
  return cachedLookup<OrganizationAnswer>({
    what: 'organization',
    find: async (externalId) => {
      try {
        const { id } = await findByExternalId(externalId)
        return { id }
      } catch (error) {
        return judge(error)
      }
    },
    isFinal: (error) => error instanceof LoginError,
    keptMs: (answer) => (typeof answer === 'object' ? hitMs : missMs),
    fallback: 'unclear',
    failureMs: 0,
    // Both ids must match the tokens, so a sign-in by an outdated result is refused.
    lasting: { isLasting: (answer) => typeof answer === 'object', staleMs: hitStaleMs },
    mayAsk: rateLimit(lookUpsPerSecond, 1000, clock),
    clock,
    logger,
  })
}

function judge(error: unknown): 'unknown' {
  if (!(error instanceof ApiError)) throw error
  // Scalekit refuses the id as malformed, so no organization has it.
  if (error.code === 'api_not_found' || error.code === 'api_invalid_argument') return 'unknown'
  if (error.errorCode === 'invalid_client') {
    throw refused('Scalekit refused the client id or secret', error, error.hint)
  }
  if (error.code !== 'api_permission_denied') throw error
  throw refused(
    'Scalekit does not let this application look up an organization by its external id',
    error,
    'Turn on "Allow Scalekit Management API Access" for the application, or sign in with the `org_…` id.',
  )
}

function refused(message: string, cause: ApiError, hint: string | undefined): LoginError {
  return new LoginError('application_refused', message, { cause, hint })
}
