import type { LookUpOrganization } from '../../auth/organization-lookup.ts'
import { LoginError, ScalekitError } from '../../ground/errors.ts'
import { plainOrQuoted } from '../../ground/log.ts'
import type { Destination } from './destination.ts'

/**
 * Replaces the application's own id of an organization with Scalekit's (`org_…`): an authorization
 * request cannot name any other. Both are pinned, because the external id may have been moved to
 * another organization since it was looked up.
 *
 * @throws {@link LoginError} `target_unknown` or `application_refused`
 * @throws {@link ScalekitError} `provider_unavailable`
 */
export async function withScalekitsId(
  lookUpOrganization: LookUpOrganization,
  destination: Destination,
): Promise<Destination> {
  const { request, reason } = destination
  const { organizationId } = request
  if (organizationId === undefined || organizationId.startsWith('org_')) return destination
  const found = await lookUpOrganization(organizationId)
  if (found === 'unknown') throw unknownExternalId(organizationId)
  if (found === 'unclear') throw lookUpFailed()
  return {
    request: { ...request, organizationId: found.id },
    externalOrganizationId: organizationId,
    reason: `${reason}, which is ${plainOrQuoted(found.id)} at Scalekit`,
  }
}

function unknownExternalId(externalId: string): LoginError {
  return new LoginError(
    'target_unknown',
    `No organization at Scalekit has the external id ${plainOrQuoted(externalId)}`,
    { hint: 'Set its `externalId` at Scalekit, or name it by its `org_…` id.' },
  )
}

function lookUpFailed(): ScalekitError {
  return new ScalekitError(
    'provider_unavailable',
    'The organization could not be looked up by its external id',
    {
      hint: 'Scalekit’s API did not answer, or more than five unknown ids came within a second. A sign-in with the `org_…` id needs no look-up.',
    },
  )
}
