import { ScalekitError } from '../ground/errors.ts'
import { answerInTime } from '../ground/hooks.ts'
import type { OrganizationName } from './organization-names.ts'
import type { SignedIn } from './principal.ts'

/** An organization that a person may be offered to switch to. */
export interface OfferedOrganization extends OrganizationName {
  /** Scalekit's id, `org_…`. */
  readonly id: string
}

/**
 * Says which organizations a person may be offered, by their ids or with their names; names that
 * are left out are asked for at Scalekit. Whether they get in is decided when they sign in there.
 */
export type OfferOrganizations = (
  principal: SignedIn,
) => readonly (string | OfferedOrganization)[] | Promise<readonly (string | OfferedOrganization)[]>

type Offered = Awaited<ReturnType<OfferOrganizations>>

/**
 * Asks the application; where it does not say, those are offered that were signed in to.
 *
 * @throws {@link ScalekitError} `organizations_failed`
 */
export async function offeredTo(
  principal: SignedIn,
  offer: OfferOrganizations | undefined,
): Promise<readonly OfferedOrganization[]> {
  const offered = offer ? await ask(principal, offer) : principal.authenticatedOrganizations
  return offered.map((one) => (typeof one === 'string' ? { id: one } : one))
}

async function ask(principal: SignedIn, offer: OfferOrganizations): Promise<Offered> {
  let offered: unknown
  try {
    offered = await answerInTime(() => offer(principal))
  } catch (cause) {
    throw new ScalekitError('organizations_failed', '`organizations.of` failed', { cause })
  }
  if (Array.isArray(offered) && offered.every(isOffered)) return offered
  throw new ScalekitError(
    'organizations_failed',
    '`organizations.of` must return an array of organizations',
    {
      hint: 'Return an array of ids, or of objects with an `id`.',
    },
  )
}

function isOffered(one: unknown): boolean {
  const id = typeof one === 'object' && one !== null && 'id' in one ? one.id : one
  return typeof id === 'string' && id !== ''
}
