import type { Clock } from '../ground/clock.ts'
import type { Aliases, Revocation } from '../state/store.ts'
import { isDocumented, type ScalekitEvent } from '../webhooks/events.ts'
import { type KnownPeople, knownPeople } from './aliases.ts'
import { type ChangeTarget, changeKey } from './changes.ts'
import { directoryRoles } from './directory-roles.ts'
import { directoryPersonOf, peopleIn } from './event-targets.ts'
import type { Sources } from './judge-authority.ts'
import type { Reaction } from './reactions.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { roleHierarchy } from './role-hierarchy.ts'

/** Records changes of authority that events report. */
export interface ChangeReactions {
  record(event: ScalekitEvent, occurredAt: number): Promise<Recorded>
  /**
   * Records the same change again after the handlers have finished. A handler may write the
   * database that `authorization.resolve` reads. It may use any attribute of a directory user, so
   * this applies to each update of one.
   */
  recordHandled(event: ScalekitEvent): Promise<void>
}

/** The outcome of an event. */
export type Recorded = Pick<Reaction, 'changes' | 'isUnheard'>

export function changeReactions(parts: {
  readonly issuer: string
  readonly revocations: RevocationsReplica
  readonly aliases: Aliases
  /** Whether the authority of sessions can be renewed, and by which sources. */
  readonly sources: Sources
  readonly longestSessionMs: number
  readonly clock: Clock
}): ChangeReactions {
  const { issuer, revocations, aliases, sources, longestSessionMs, clock } = parts
  const people = knownPeople(issuer, aliases, clock)
  const roles = roleHierarchy(issuer, aliases, clock)
  const lastRoles = directoryRoles(issuer, aliases, clock)

  async function targetsOf(event: ScalekitEvent): Promise<readonly ChangeTarget[]> {
    switch (event.type) {
      case 'user.organization_membership_updated': {
        const { organization, user } = event.data
        const named = peopleIn(organization?.id, { sub: user?.id, email: user?.email })
        return withSubjects(people, organization?.id, named)
      }
      case 'organization.directory.user_updated': {
        if (event.data.active === false) return []
        const organizationId = event.organization_id
        const addresses = await people.addressesOf(directoryPersonOf(event)!)
        const named = [
          ...peopleIn(organizationId, event.data),
          ...addresses.map((email) => ({ organizationId, email })),
        ]
        return withSubjects(people, organizationId, named)
      }
      case 'role.updated':
      case 'role.deleted':
        return (await roles.withExtending(event.data.name)).map((role) => ({ role }))
      case 'permission.updated':
      case 'permission.deleted':
        return [{ permission: event.data.name }]
      default:
        return []
    }
  }

  /** Whether an event changes what a user may do. */
  async function isNews(event: ScalekitEvent): Promise<boolean> {
    if (event.type !== 'organization.directory.user_updated') return true
    const differ = await lastRoles.differ(event)
    // No earlier roles of the user are known. Without a source, news ends sessions: that could sign
    // out a whole company.
    return differ ?? (sources.token || sources.application)
  }

  async function remember(event: ScalekitEvent): Promise<void> {
    if (isDirectoryUser(event)) await lastRoles.remember(event)
    if (isRole(event) && event.data.extends) {
      await roles.remember(event.data.name, event.data.extends)
    }
  }

  async function write(
    targets: readonly ChangeTarget[],
    instants: readonly Pick<Revocation, 'notBefore' | 'clock'>[],
  ): Promise<number> {
    const keys = [...new Set(targets.map((target) => changeKey(issuer, target)))]
    const expiresAt = clock() + longestSessionMs
    const records = keys.flatMap((key) =>
      instants.map((instant) => ({ key, expiresAt, ...instant })),
    )
    if (records.length > 0) await revocations.write(records)
    return keys.length
  }

  /** By the store's clock, which also dates the application's answers. */
  async function storeInstant(): Promise<readonly Pick<Revocation, 'notBefore' | 'clock'>[]> {
    if (!sources.application) return []
    const storeTime = await revocations.askStoreTime()
    if (!storeTime)
      throw new Error('The store did not say its time', { cause: revocations.failure() })
    return [{ notBefore: storeTime.latest, clock: 'store' }]
  }

  function isUnheard(targets: readonly ChangeTarget[]): boolean {
    const isRenewed = sources.token || sources.application
    return !isRenewed && targets.some((target) => 'role' in target || 'permission' in target)
  }

  return {
    async record(event, occurredAt) {
      if (!isDocumented(event)) return { changes: 0 }
      const targets = (await isNews(event)) ? await targetsOf(event) : []
      const instants = targets.length > 0 ? await storeInstant() : []
      const changes = await write(targets, [
        { notBefore: occurredAt, clock: 'scalekit' },
        ...instants,
      ])
      // Last, so that a retry after a failure is still treated as news.
      await remember(event)
      return isUnheard(targets) ? { changes, isUnheard: true } : { changes }
    },
    async recordHandled(event) {
      if (!sources.application || !isDocumented(event)) return
      const targets = await targetsOf(event)
      if (targets.length > 0) await write(targets, await storeInstant())
    },
  }
}

async function withSubjects(
  people: KnownPeople,
  organizationId: string | undefined,
  named: ReturnType<typeof peopleIn>,
): Promise<readonly ChangeTarget[]> {
  if (organizationId === undefined) return []
  const subjects = await people.subjectsOf(named)
  const signedIn = subjects.map((sub) => ({ organizationId, sub }))
  return [...(named as ChangeTarget[]), ...signedIn]
}

type DirectoryUserEvent = Extract<
  ScalekitEvent,
  { readonly type: 'organization.directory.user_created' | 'organization.directory.user_updated' }
>

function isDirectoryUser(event: ScalekitEvent): event is DirectoryUserEvent {
  return (
    event.type === 'organization.directory.user_created' ||
    event.type === 'organization.directory.user_updated'
  )
}

function isRole(
  event: ScalekitEvent,
): event is Extract<ScalekitEvent, { readonly type: 'role.created' | 'role.updated' }> {
  return event.type === 'role.created' || event.type === 'role.updated'
}
