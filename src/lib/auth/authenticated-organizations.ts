import type { Identity } from '../ground/types.ts'

/**
 * The largest number of organizations that a session keeps. They must fit into a cookie, and into a
 * switcher on a screen.
 */
const maxOrganizations = 20

/** Returns the organizations that a session knows, its own included. The latest sign-in is last. */
export function authenticatedOrganizations(identity: Identity): readonly string[] {
  const { organizationId } = identity
  // Absent in sessions with one organization, and in sessions of versions without the list.
  return (
    identity.authenticatedOrganizations ?? (organizationId === undefined ? [] : [organizationId])
  )
}

/**
 * Gives a new session the organizations of the session that it replaces, if both have the same
 * subject. The next user of a browser therefore sees none of the user before. With single sign-on,
 * a user has another subject at each organization. This looks like another user, so the list starts
 * anew.
 *
 * @param previous The live session that the browser had before the sign-in.
 */
export function followedBy(previous: Identity | undefined, identity: Identity): Identity {
  if (previous?.iss !== identity.iss || previous.sub !== identity.sub) return identity
  const own = authenticatedOrganizations(identity)
  const before = authenticatedOrganizations(previous).filter((id) => !own.includes(id))
  if (before.length === 0) return identity
  return {
    ...identity,
    authenticatedOrganizations: [...before, ...own].slice(-maxOrganizations),
  }
}
