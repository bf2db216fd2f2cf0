import { type Clock, maxClockDifferenceMs } from '../ground/clock.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { Aliases, Revocation } from '../state/store.ts'
import { isDocumented, type ScalekitEvent } from '../webhooks/events.ts'
import { knownPeople } from './aliases.ts'
import type { ChangeReactions } from './change-reactions.ts'
import {
  directoryPersonOf,
  type OptionalRevocation,
  removedFrom,
  targetsOf,
} from './event-targets.ts'
import type { SessionEnded } from './events.ts'
import { type RevocationTarget, revocationKey } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'

/** The kit's own reaction to an event. */
export interface Reaction {
  /** The number of revocations that were written. */
  readonly revocations: number
  /** The sessions that they ended. */
  readonly ended: readonly EndedSessions[]
  /** The number of users, roles and permissions that are recorded as changed. */
  readonly changes: number
  /** Set if a role or permission changed and no source renews the authority of sessions. */
  readonly isUnheard?: boolean
  /**
   * Set if the event removed a user of whom no sign-in is known: the number of such removals in
   * this process, this one included.
   */
  readonly unmatchedRemovals?: number
}

/** The sessions that an event ended, by their known names. */
export type EndedSessions = Pick<
  SessionEnded,
  'scope' | 'userId' | 'email' | 'organizationId' | 'sid'
>

/**
 * Processes an event before any handler of the application runs. A user who was removed from an
 * organization is signed out in every process.
 *
 * @throws {@link ScalekitError} `store_unavailable`
 */
export type React = (event: ScalekitEvent, receivedAt: number) => Promise<Reaction>

export function reactions(parts: {
  readonly issuer: string
  readonly revocations: RevocationsReplica
  readonly aliases: Aliases
  readonly revokeOn: readonly OptionalRevocation[]
  readonly changes: ChangeReactions
  /** The longest lifetime of a session that a revocation has to end, in milliseconds. */
  readonly longestSessionMs: number
  readonly clock: Clock
}): React {
  const { issuer, revocations, longestSessionMs, clock } = parts
  const people = knownPeople(issuer, parts.aliases, clock)
  let unmatchedRemovals = 0

  /**
   * Adds the known addresses and subjects of the user: the event carries the current address, which
   * may differ from that of the sign-in.
   */
  async function removalTargets(
    event: ScalekitEvent,
    organizationId: string,
  ): Promise<{ targets: readonly RevocationTarget[]; isUnmatched: boolean }> {
    const person = directoryPersonOf(event)
    const addresses = person ? await people.addressesOf(person) : []
    const named = [
      ...targetsOf(event, []),
      ...addresses.map((email) => ({ organizationId, email })),
    ]
    const subjects = await people.subjectsOf(named)
    const signedIn = subjects.map((sub) => ({ organizationId, sub }))
    return { targets: [...named, ...signedIn], isUnmatched: subjects.length === 0 }
  }

  async function end(targets: readonly RevocationTarget[], notBefore: number): Promise<number> {
    const expiresAt = clock() + longestSessionMs
    const keys = new Set(targets.map((target) => revocationKey(issuer, target)))
    const written = [...keys].map(
      (key): Revocation => ({ key, notBefore, clock: 'scalekit', expiresAt }),
    )
    if (written.length > 0) await revocations.write(written)
    return written.length
  }

  async function react(event: ScalekitEvent, receivedAt: number): Promise<Reaction> {
    const notBefore = occurredAt(event, receivedAt + maxClockDifferenceMs)
    const organizationId = removedFrom(event)
    const person = directoryPersonOf(event)
    const changed = await parts.changes.record(event, notBefore)
    // Nothing is renewed for a deleted user, so the entry expires in time.
    if (person && event.type !== 'organization.directory.user_deleted') {
      await people.remember(person)
    }
    if (typeof organizationId !== 'string') {
      const targets = targetsOf(event, parts.revokeOn)
      const ended = targets.map((target) => endedBy(target, event))
      return { revocations: await end(targets, notBefore), ended, ...changed }
    }
    const { targets, isUnmatched } = await removalTargets(event, organizationId)
    const written = await end(targets, notBefore)
    if (!isUnmatched) {
      return { revocations: written, ended: removed(event, organizationId, targets), ...changed }
    }
    unmatchedRemovals += 1
    return { revocations: written, ended: [], ...changed, unmatchedRemovals }
  }

  return async (event, receivedAt) => {
    if (!isDocumented(event)) return { revocations: 0, ended: [], changes: 0 }
    return react(event, receivedAt).catch((cause: unknown) => {
      throw storeUnavailable('The revocation could not be written to the store', cause)
    })
  }
}

/** Returns one item for each known subject. A user may have signed in by several connections. */
function removed(
  event: ScalekitEvent,
  organizationId: string,
  targets: readonly RevocationTarget[],
): readonly EndedSessions[] {
  const subjects = targets.flatMap((target) => ('sub' in target ? [target.sub] : []))
  const email = directoryPersonOf(event)?.email
  const rest = { scope: 'user', organizationId, ...(email ? { email } : {}) } as const
  return [...new Set(subjects)].map((userId) => ({ ...rest, userId }))
}

/** Returns the item of an event that names a session or an organization. */
function endedBy(target: RevocationTarget, event: ScalekitEvent): EndedSessions {
  if (!('sid' in target)) return { scope: 'organization', ...target }
  const { organization_id: organizationId } = event
  return { scope: 'session', ...target, ...(organizationId ? { organizationId } : {}) }
}

/**
 * Returns when the event occurred, by Scalekit's clock. Sign-ins that begin later are not affected.
 * A time that is unreadable or in the future is replaced by the latest possible time of Scalekit's
 * clock on arrival.
 */
function occurredAt({ occurred_at }: ScalekitEvent, latest: number): number {
  const time = Date.parse(occurred_at)
  return Number.isNaN(time) ? latest : Math.min(time, latest)
}
