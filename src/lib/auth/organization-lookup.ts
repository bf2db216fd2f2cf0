import { cachedLookup } from '../ground/cached-lookup.ts'
import type { Clock } from '../ground/clock.ts'
import { ApiError, LoginError } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import { rateLimit } from '../ground/rate-limit.ts'

/** Asks Scalekit for the organization with this external id; it has to settle in time by itself. */
export type FindByExternalId = (externalId: string) => Promise<{ readonly id: string }>

/**
 * Scalekit's id of an organization; `unknown` where no organization has the external id; `unclear`
 * where Scalekit was not asked or did not answer.
 */
export type OrganizationAnswer = { readonly id: string } | 'unknown' | 'unclear'

/**
 * Finds an organization by the application's own id of it.
 *
 * @throws {@link LoginError} `application_refused` where Scalekit refuses the application itself
 */
export type LookUpOrganization = (externalId: string) => Promise<OrganizationAnswer>

const hitMs = 5 * 60_000
const missMs = 60_000
/** How long an id goes on to be known while Scalekit is not asked, or does not answer. */
const hitStaleMs = 24 * 3_600_000
/** For all requests together: any visitor can make up ids. */
const lookUpsPerSecond = 5

/**
 * Scalekit takes only its own ids (`org_…`) in an authorization request, so an external id is
 * resolved before.
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
    // Both ids are pinned, so a sign-in by an answer that is no longer true is refused.
    lasting: { isLasting: (answer) => typeof answer === 'object', staleMs: hitStaleMs },
    mayAsk: rateLimit(lookUpsPerSecond, 1000, clock),
    clock,
    logger,
  })
}

function judge(error: unknown): 'unknown' {
  if (!(error instanceof ApiError)) throw error
  // An id that Scalekit cannot read is not the id of any organization.
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
