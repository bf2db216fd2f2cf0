import { type Clock, maxClockDifferenceMs } from '../ground/clock.ts'
import type { Identity } from '../ground/types.ts'
import type { Alias, Aliases } from '../state/store.ts'
import { keyOf, type RevocationTarget, revocationKey } from './revocation.ts'

/**
 * How long the addresses of a person in a directory are remembered after the last event about them,
 * in milliseconds: 400 days, so that a yearly change of anything about them renews it.
 */
export const directoryMemoryMs: number = 400 * 24 * 3_600_000

/** A person of an organization's directory, as an event about them names them. */
export interface DirectoryPerson {
  readonly organizationId: string
  /** `diruser_…` */
  readonly id?: string | undefined
  /** The person's id at the directory provider. */
  readonly idpUserId?: string | undefined
  readonly email?: string | undefined
}

/**
 * The names under which a new session can be found, for as long as it can last. A directory's events
 * name its user by an address, which may be another one by then.
 */
export function aliasesOf(identity: Identity): readonly Alias[] {
  const { iss, sub, organizationId, email, idpUserId, absoluteExpiresAt } = identity
  if (organizationId === undefined) return []
  const targets: RevocationTarget[] = [{ organizationId, sub }]
  if (email !== undefined) targets.push({ organizationId, email })
  if (idpUserId !== undefined) targets.push({ organizationId, idpUserId })
  const expiresAt = absoluteExpiresAt + maxClockDifferenceMs
  return targets.map((target) => ({ key: revocationKey(iss, target), value: sub, expiresAt }))
}

/** What is known of the people of directories, and of who signed in. */
export interface KnownPeople {
  /** Remembers the person's address, and renews what was known of them before. */
  remember(person: DirectoryPerson): Promise<void>
  /** Every address that the person is known to have had, with the one they have now. */
  addressesOf(person: DirectoryPerson): Promise<readonly string[]>
  /** The subjects of all who signed in under one of these names. */
  subjectsOf(targets: readonly RevocationTarget[]): Promise<readonly string[]>
}

export function knownPeople(issuer: string, aliases: Aliases, clock: Clock): KnownPeople {
  async function addressesOf(person: DirectoryPerson): Promise<readonly string[]> {
    const { email } = person
    const now = isNamed(email) ? [email] : []
    return [...new Set([...now, ...(await aliases.find(directoryKeys(issuer, person)))])]
  }

  return {
    addressesOf,
    async remember(person) {
      const expiresAt = clock() + directoryMemoryMs
      const addresses = await addressesOf(person)
      await aliases.add(
        directoryKeys(issuer, person).flatMap((key) =>
          addresses.map((value) => ({ key, value, expiresAt })),
        ),
      )
    },
    subjectsOf: (targets) => aliases.find(targets.map((target) => revocationKey(issuer, target))),
  }
}

/** The names of a person that stay when their address changes. */
function directoryKeys(issuer: string, person: DirectoryPerson): readonly string[] {
  const { organizationId, id, idpUserId } = person
  return [
    ...(isNamed(id) ? [keyOf(issuer, 'directory-user', id, organizationId)] : []),
    ...(isNamed(idpUserId) ? [keyOf(issuer, 'directory-idp', idpUserId, organizationId)] : []),
  ]
}

function isNamed(name: unknown): name is string {
  return typeof name === 'string' && name !== ''
}
