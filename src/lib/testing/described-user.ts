import { stableId } from '../emulator/format/ids.ts'
import { codeRedirect } from '../emulator/oauth/code.ts'
import { startSession } from '../emulator/oauth/session.ts'
import type { AuthorizationRequest, State } from '../emulator/state/state.ts'
import {
  connectionFrom,
  type EmulatedConnection,
  type EmulatedOrganization,
  organizationFrom,
} from '../emulator/world/organizations.ts'
import { type EmulatedPerson, personFrom } from '../emulator/world/people.ts'
import type { Pins } from '../ground/types.ts'
import { problem } from './problem.ts'
import type { DescribedUser } from './test-user.ts'

/** A described user, in the emulator's terms. */
export interface UserFromDescription {
  readonly person: EmulatedPerson
  readonly connection: EmulatedConnection
  readonly organization?: EmulatedOrganization
  /** In milliseconds since the epoch. */
  readonly authenticatedAt?: number
}

/**
 * Creates a user from a description. If the emulator knows the described organization, it is used.
 *
 * @throws {@link ConfigError} `test_sign_in_invalid` for roles that no token of the emulator can
 *   have
 */
export function userFrom({ settings }: State, described: DescribedUser): UserFromDescription {
  if (settings.product === 'sso') assertWithoutRoles(described)
  const { email, name, userId, emailVerified, roles, permissions, claims } = described
  const organization = organizationOf(settings.organizations, described)
  const issuedBy = organization?.displayName ?? ''
  const ids = userId === undefined ? {} : { id: userId, idpUserId: userId }
  const person = personFrom(
    { email, name, ...ids, emailVerified, roles, permissions, claims },
    issuedBy,
  )
  const own = described.connection === undefined ? undefined : { id: described.connection }
  const connection =
    own || !organization?.connection ? connectionFrom(own, issuedBy) : organization.connection
  return { person, connection, ...(organization && { organization }) }
}

/** The values that Scalekit guarantees in a sign-in with this target. */
export function pinsOfDescribed({ connection, organization }: UserFromDescription): Pins {
  return { connectionId: connection.id, ...(organization && { organizationId: organization.id }) }
}

/** @returns the URL to which the browser is redirected */
export function authorizeDescribed(
  state: State,
  request: AuthorizationRequest,
  user: UserFromDescription,
): string {
  return codeRedirect(state, request, startSession(state, user)).headers.location!
}

function organizationOf(
  known: readonly EmulatedOrganization[],
  { organization: name }: DescribedUser,
): EmulatedOrganization | undefined {
  if (name === undefined) return undefined
  const found = known.find(({ id, externalId }) => id === name || externalId === name)
  if (found) return found
  const ids = name.startsWith('org_')
    ? { id: name }
    : { id: stableId('org_', name), externalId: name }
  return organizationFrom({ ...ids, displayName: name, directory: null })
}

function assertWithoutRoles({ roles, permissions }: DescribedUser): void {
  if (roles.length + permissions.length === 0) return
  throw problem(
    'This emulator plays Modular SSO (`mode: "sso"`), whose tokens have no roles and no permissions',
    'Leave `roles` and `permissions` out, or start the emulator with `mode: "full-stack"`.',
  )
}
