import { sha256 } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import type { Aliases } from '../state/store.ts'
import type { EventOf } from '../webhooks/events.ts'
import { directoryMemoryMs } from './aliases.ts'
import { keyOf } from './revocation.ts'

type UserEvent = EventOf<
  'organization.directory.user_created' | 'organization.directory.user_updated'
>

/**
 * Remembers a hash of the last known roles and groups of each directory user. It detects changes:
 * an event about a user carries all attributes, whichever of them changed.
 */
export interface DirectoryRoles {
  /** Whether the roles or groups differ from the last known ones. `undefined` if none are known. */
  differ(event: UserEvent): Promise<boolean | undefined>
  remember(event: UserEvent): Promise<void>
}

export function directoryRoles(issuer: string, aliases: Aliases, clock: Clock): DirectoryRoles {
  const keyFor = ({ organization_id: organizationId, data }: UserEvent) =>
    keyOf(issuer, 'directory-roles', data.id, organizationId)

  async function last(event: UserEvent): Promise<Seen | undefined> {
    const seen = (await aliases.find([keyFor(event)])).map(seenIn)
    return seen.sort((one, other) => other.at - one.at)[0]
  }

  return {
    async differ(event) {
      const seen = await last(event)
      return seen && seen.hash !== hashOf(event)
    },
    async remember(event) {
      const at = Date.parse(event.occurred_at) || 0
      const seen = await last(event)
      if (seen && seen.at > at) return
      const expiresAt = clock() + directoryMemoryMs
      await aliases.add([{ key: keyFor(event), value: `${at} ${hashOf(event)}`, expiresAt }])
    },
  }
}

/**
 * An entry with its time, because the same hash may occur again after another one. The latest entry
 * counts.
 */
interface Seen {
  readonly at: number
  readonly hash: string
}

function seenIn(value: string): Seen {
  const [at, hash = ''] = value.split(' ')
  return { at: Number(at), hash }
}

/** Ignores order and display names, because neither changes what a user may do. */
function hashOf({ data: { roles, groups } }: UserEvent): string {
  const roleNames = (roles ?? []).map(
    ({ role_name, role, name }) => role_name ?? role ?? name ?? '',
  )
  const groupIds = (groups ?? []).map(({ id, name }) => id ?? name)
  const text = JSON.stringify([[...roleNames].sort(), [...groupIds].sort()])
  return sha256(text).toString('base64url').slice(0, 22)
}
