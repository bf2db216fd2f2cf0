import { type Clock, maxClockDifferenceMs } from '../ground/clock.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { Revocation } from '../state/store.ts'
import type { EventOf, EventType, ScalekitEvent } from '../webhooks/events.ts'
import { isDocumented } from '../webhooks/events.ts'
import { type RevocationTarget, revocationKey } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'

/** Events that end the sessions of an organization only where the application says so. */
export type OptionalRevocation = 'sso_disabled' | 'directory_disabled'

/**
 * What the kit itself does about an event: whoever lost their place in an organization is out, on
 * every process, before any handler of the application runs.
 *
 * @returns How many revocations it wrote.
 * @throws {@link ScalekitError} `store_unavailable`
 */
export type React = (event: ScalekitEvent, receivedAt: number) => Promise<number>

export function reactions(parts: {
  readonly issuer: string
  readonly revocations: RevocationsReplica
  readonly revokeOn: readonly OptionalRevocation[]
  /** How long a session may last that such a revocation has to end, in milliseconds. */
  readonly longestSessionMs: number
  readonly clock: Clock
}): React {
  const { issuer, revocations, longestSessionMs, clock } = parts
  return async function react(event, receivedAt) {
    if (!isDocumented(event)) return 0
    const notBefore = occurredAt(event, receivedAt + maxClockDifferenceMs)
    const expiresAt = clock() + longestSessionMs
    const ended = targetsOf(event, parts.revokeOn)
    const written = ended.map(
      (target): Revocation => ({
        key: revocationKey(issuer, target),
        notBefore,
        clock: 'scalekit',
        expiresAt,
      }),
    )
    if (written.length === 0) return 0
    await revocations.write(written).catch((cause: unknown) => {
      throw storeUnavailable('The revocation could not be written to the store', cause)
    })
    return written.length
  }
}

/**
 * When it occurred by Scalekit's clock: a sign-in after it stands. A time that cannot be read, or one
 * yet to come, is the latest that Scalekit's clock can have said when the event came.
 */
function occurredAt({ occurred_at }: EventOf<EventType>, latest: number): number {
  const time = Date.parse(occurred_at)
  return Number.isNaN(time) ? latest : Math.min(time, latest)
}

/**
 * Whose sessions an event ends. It names no session, so it ends by every name it carries; one that
 * carries less than its type says would not carry more the next time it is sent.
 */
function targetsOf(
  event: EventOf<EventType>,
  revokeOn: readonly OptionalRevocation[],
): RevocationTarget[] {
  switch (event.type) {
    case 'organization.directory.user_deleted':
      return peopleIn(event.organization_id, event.data)
    case 'organization.directory.user_updated':
      return event.data.active === false ? peopleIn(event.organization_id, event.data) : []
    case 'user.organization_membership_deleted': {
      const { organization, user } = event.data
      return peopleIn(organization?.id, { sub: user?.id, email: user?.email })
    }
    case 'user.logout':
      return named({ sid: event.data.user_session?.session_id })
    case 'organization.deleted':
      return named({ organizationId: event.data.id })
    case 'organization.sso_disabled':
      return everybodyIn(event, revokeOn.includes('sso_disabled'))
    case 'organization.directory_disabled':
      return everybodyIn(event, revokeOn.includes('directory_disabled'))
    default:
      return []
  }
}

function peopleIn(
  organizationId: string | undefined,
  person: {
    readonly sub?: string | undefined
    readonly dp_id?: string
    readonly email?: string | undefined
  },
): RevocationTarget[] {
  const { sub, dp_id: idpUserId, email } = person
  return [
    ...named({ organizationId, sub }),
    ...named({ organizationId, idpUserId }),
    ...named({ organizationId, email }),
  ]
}

function everybodyIn(
  { organization_id: organizationId }: { readonly organization_id: string },
  isWanted: boolean,
): RevocationTarget[] {
  return isWanted ? named({ organizationId }) : []
}

/** A target all of whose names are there: half of one would name somebody else. */
function named(target: Readonly<Record<string, string | undefined>>): RevocationTarget[] {
  const isWhole = Object.values(target).every((name) => typeof name === 'string' && name !== '')
  return isWhole ? [target as RevocationTarget] : []
}
