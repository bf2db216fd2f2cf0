import { directoryEditor } from '../directory/editor.ts'
import { randomId } from '../format/ids.ts'
import type { State } from '../state/state.ts'
import { directoryFrom } from '../world/directory.ts'
import { connectionFrom, type Organization } from '../world/organizations.ts'
import { personFrom } from '../world/people.ts'

/**
 * Gives an organization a connection for the people of a domain, complete and switched off. The
 * emulator has no identity provider that could list people. It adds two to an organization that has
 * none, or no sign-in would be possible.
 *
 * @returns the reason why it cannot be set up; undefined otherwise
 */
export function setUpConnection(
  state: State,
  organization: Organization,
  given: string,
): string | undefined {
  if (organization.connection) return 'Single sign-on is already set up'
  const domain = given.trim().toLowerCase()
  const problem = domainProblem(state, organization, domain)
  if (problem) return problem
  organization.domains = [...new Set([...organization.domains, domain])]
  const connection = connectionFrom({ id: randomId('conn_'), enabled: false })
  organization.connection = connection
  state.times.made(connection.id)
  if (organization.people.length === 0) hire(state, organization, domain)
  state.webhooks.publish('organization.sso_created', {
    id: connection.id,
    organization_id: organization.id,
    connection_type: connection.type,
    provider: connection.provider,
  })
  return undefined
}

/**
 * Gives an organization a directory that holds its people, switched off.
 *
 * @returns the reason why it cannot be set up; undefined otherwise
 */
export function setUpDirectory(state: State, organization: Organization): string | undefined {
  if (organization.directory) return 'Directory sync is already set up'
  const seed = { id: randomId('dir_'), enabled: false }
  organization.directory = directoryFrom(seed, organization.people, organization.id)
  state.times.made(seed.id)
  return undefined
}

/** A domain consists of labels of letters, digits and hyphens, and leads to one organization only. */
function domainProblem(
  { settings }: State,
  organization: Organization,
  domain: string,
): string | undefined {
  if (domain.length > 253 || !/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/.test(domain)) {
    return 'The domain is malformed: expected company.example'
  }
  const owner = settings.organizations.find(({ domains }) => domains.includes(domain))
  if (!owner || owner === organization) return undefined
  return `${owner.displayName} already has the domain ${domain}`
}

/** Adds an administrator and a member, through the directory if there is one: it sends events. */
function hire(state: State, { directory, people, id }: Organization, domain: string): void {
  const editor = directory && directoryEditor(state, directory.id)
  for (const { localPart, ...person } of staff) {
    const seed = { ...person, email: `${localPart}@${domain}` }
    if (editor) editor.createUser(seed)
    else people.push(personFrom(seed, id))
  }
}

const staff = [
  { localPart: 'barbara', name: 'Barbara Liskov', roles: ['admin'] },
  { localPart: 'dennis', name: 'Dennis Ritchie', roles: ['member'] },
]
