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
 * Gives a new session the organizations of the one it takes the place of, if that is the same
 * subject's. The next user of a browser sees nothing of the one before; where a user has a subject at
 * each organization, as in single sign-on, nothing tells the two cases apart.
 *
 * @param previous The live session of the browser that came back.
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
