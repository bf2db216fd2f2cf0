import { ScalekitError } from '../ground/errors.ts'
import { answerInTime } from '../ground/hooks.ts'
import type { OrganizationName } from './organization-names.ts'
import type { SignedIn } from './principal.ts'

/** An organization that a switcher offers to a user. */
export interface OfferedOrganization extends OrganizationName {
  /** Scalekit's id of the organization, `org_…`. */
  readonly id: string
}

/**
 * Returns the organizations to offer a user, as ids or as objects with names. The kit asks Scalekit
 * for missing names. The list grants no access: switching always goes through a sign-in.
 */
export type OfferOrganizations = (
  principal: SignedIn,
) => readonly (string | OfferedOrganization)[] | Promise<readonly (string | OfferedOrganization)[]>

type Offered = Awaited<ReturnType<OfferOrganizations>>

/**
 * Asks the application for the organizations to offer. Without `organizations.of`, those are
 * offered that this browser has signed in to.
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
