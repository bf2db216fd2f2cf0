import { type Clock, maxClockDifferenceMs } from '../ground/clock.ts'
import type { Identity } from '../ground/types.ts'
import type { Alias, Aliases } from '../state/store.ts'
import { keyOf, type RevocationTarget, revocationKey } from './revocation.ts'

/**
 * How long the addresses of a directory's user are remembered after the last event about that user,
 * in milliseconds: 400 days. A change of the user once a year therefore renews them.
 */
export const directoryMemoryMs: number = 400 * 24 * 3_600_000

/** A user of an organization's directory, with the names that an event gives. */
export interface DirectoryPerson {
  readonly organizationId: string
  /** `diruser_…` */
  readonly id?: string | undefined
  /** The user's id at the directory provider. */
  readonly idpUserId?: string | undefined
  readonly email?: string | undefined
}

/**
 * Returns the names by which a new session can be found until it expires at the latest. Events of a
 * directory name a user by an email address, which may have changed since the sign-in.
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

/** The known addresses of directories' users, and the subjects of users who signed in. */
export interface KnownPeople {
  /** Remembers the user's address, and renews the addresses known before. */
  remember(person: DirectoryPerson): Promise<void>
  /** Returns every known address of the user, including the current one. */
  addressesOf(person: DirectoryPerson): Promise<readonly string[]>
  /** Returns the subjects of all users who signed in under one of these names. */
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

/** Returns the names of a user that stay when the email address changes. */
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
