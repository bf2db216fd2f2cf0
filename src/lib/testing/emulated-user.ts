import { codeRedirect } from '../emulator/oauth/code.ts'
import { OAuthError } from '../emulator/oauth/oauth-error.ts'
import { findPlace } from '../emulator/oauth/place.ts'
import { entranceOf, startSession } from '../emulator/oauth/session.ts'
import type { AuthorizationRequest, Place, State } from '../emulator/state/state.ts'
import type { EmulatedOrganization } from '../emulator/world/organizations.ts'
import { domainOfEmail, type EmulatedPerson } from '../emulator/world/people.ts'
import type { Pins } from '../ground/types.ts'
import { problem } from './problem.ts'

/** A user of the emulator, and the organization of the sign-in. */
export interface EmulatedUser {
  readonly person: EmulatedPerson
  /** Absent for a user of a social provider. */
  readonly organization: EmulatedOrganization | undefined
  /** In milliseconds since the epoch. */
  readonly authenticatedAt?: number
}

/**
 * Finds a user of the emulator.
 *
 * @param organization Scalekit's id of the organization, or the application's own id. Default: the
 *   one with the domain of the email address, otherwise the first.
 * @throws {@link ConfigError} `test_sign_in_invalid`
 */
export function findUser(
  { settings }: State,
  email: string,
  organization: string | undefined,
): EmulatedUser {
  const everyone = [
    ...settings.organizations.flatMap((each) =>
      each.people.map((person) => ({ person, organization: each })),
    ),
    ...settings.socialPeople.map((person) => ({ person, organization: undefined })),
  ]
  const own = everyone.filter(({ person }) => person.email === email)
  if (own.length === 0) throw unknownUser(email, everyone)
  if (organization === undefined) return own.find(isByDomain) ?? own[0]!
  const found = own.find(
    (user) =>
      user.organization?.id === organization || user.organization?.externalId === organization,
  )
  if (found) return found
  throw problem(
    `The emulator has no user ${email} in the organization ${organization}`,
    `${email} is a user of ${list(own.flatMap((user) => user.organization?.id ?? []))}.`,
  )
}

/** The values that Scalekit guarantees in a sign-in with this target. */
export function pinsOfUser({ organization }: EmulatedUser): Pins {
  if (!organization) return {}
  const { id, connection } = organization
  return { organizationId: id, ...(connection && { connectionId: connection.id }) }
}

/**
 * Signs a user in at the emulator.
 *
 * @returns the URL to which the browser is redirected
 * @throws OAuthError if the emulator refuses the user, or if nothing leads into this organization
 */
export function authorizeUser(
  state: State,
  request: AuthorizationRequest,
  { person, organization, ...authentication }: EmulatedUser,
): string {
  const place = placeAt(state, organization)
  if (person.refusal) throw new OAuthError(person.refusal, descriptions[person.refusal])
  return codeRedirect(
    state,
    request,
    startSession(state, { ...entranceOf(state, place, person), ...authentication }),
  ).headers.location!
}

/** The error descriptions that the emulator's own page uses for the same refusals. */
const descriptions = {
  access_denied: 'The identity provider does not let this person in',
  user_not_active: 'This person is not active',
} as const

function placeAt({ settings }: State, organization: EmulatedOrganization | undefined): Place {
  const query = organization ? { organization_id: organization.id } : { provider: 'google' }
  // The emulator finds a target for each of these queries, or throws.
  return findPlace(settings, new URLSearchParams(query))!
}

function isByDomain({ person, organization }: EmulatedUser): boolean {
  const domain = domainOfEmail(person.email)
  return domain !== undefined && (organization?.domains.includes(domain) ?? false)
}

/** Enough names to recognize a misspelled one. */
const maxListed = 12

function unknownUser(email: string, everyone: readonly EmulatedUser[]): Error {
  const emails = [...new Set(everyone.map(({ person }) => person.email))]
  return problem(
    `The emulator has no user ${JSON.stringify(email)}`,
    `Its users are ${list(emails)}. Add yours with startEmulator({ organizations }), or describe the user: signIn(auth, { email, organization, roles }).`,
  )
}

function list(names: readonly string[]): string {
  const more = names.length - maxListed
  const shown = names.slice(0, maxListed).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown || 'no organization'
}
