import type { Identity } from '../ground/types.ts'

/** The most a session remembers: it has to fit into cookies, and a switcher onto a screen. */
const maxOrganizations = 20

/** The organizations that a session knows of, its own among them; the latest sign-in is last. */
export function authenticatedOrganizations(identity: Identity): readonly string[] {
  const { organizationId } = identity
  // Not in sessions of one organization, nor in those that were begun before there was a list.
  return (
    identity.authenticatedOrganizations ?? (organizationId === undefined ? [] : [organizationId])
  )
}

/**
 * Gives a new session the organizations of the one it takes the place of, if that is surely the
 * same person's or was switched from.
 *
 * @param previous The live session of the browser that came back.
 * @param switchedFrom The session in which the sign-in began, where it began as a switch.
 */
export function followedBy(
  previous: Identity | undefined,
  identity: Identity,
  switchedFrom: string | undefined,
): Identity {
  if (!previous || !follows(previous, identity, switchedFrom)) return identity
  const own = authenticatedOrganizations(identity)
  const before = authenticatedOrganizations(previous).filter((id) => !own.includes(id))
  if (before.length === 0) return identity
  return {
    ...identity,
    authenticatedOrganizations: [...before, ...own].slice(-maxOrganizations),
  }
}

function follows(
  previous: Identity,
  identity: Identity,
  switchedFrom: string | undefined,
): boolean {
  if (previous.iss !== identity.iss) return false
  if (previous.sub === identity.sub) return true
  // Subjects of single sign-on differ from organization to organization. Others do not, so that
  // there another subject is another person.
  const isOfConnection = previous.idpUserId !== undefined && identity.idpUserId !== undefined
  return isOfConnection && previous.sessionId === switchedFrom
}
