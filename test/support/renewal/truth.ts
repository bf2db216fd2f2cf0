import { changeKey } from '../../../src/lib/auth/changes.ts'
import { revocationKey } from '../../../src/lib/auth/revocation.ts'
import type { SessionView } from '../../../src/lib/auth/views.ts'
import type { Identity } from '../../../src/lib/ground/types.ts'
import type { Revocation, StateStore } from '../../../src/lib/state/store.ts'
import { issuer, memberOf } from './identity.ts'
import type { Machine, Send } from './machine.ts'
import { maxLagMs } from './process.ts'
import type { Grant, ModelProvider } from './provider.ts'
import { type WatchedRevocations, watchedRevocations } from './unconfirmed-writes.ts'

/** What is true of a session, whatever a process believes. */
export interface TrueSession {
  readonly identity: Identity
  readonly grant: Grant
  /** When the store was told that it is over. */
  markedAt?: number | undefined
  /** Why renewal ended it, where that came first. */
  endedBy?: string
  /** Its tokens were renewed when the store had none of it any more. */
  wasGone?: boolean
}

/** Knows what is so, and compares what processes show with it. */
export interface Truth {
  begin(session: TrueSession): void
  readonly sessions: ReadonlyMap<string, TrueSession>
  readonly sends: Send[]
  /** How many writes are in the store although it rejected them. */
  unconfirmed(): number
  /** The same store, whose writes are noted. */
  watched(store: StateStore): StateStore
  /** What was written that should not have been. */
  readonly problems: Error[]
  /** The store has gone back to this moment. */
  wentBackTo(at: number): void
  /** @throws where a process shows what is not so */
  check(machine: Machine, identity: Identity, view: SessionView): void
}

/** How exact the comparison can be, in milliseconds. */
export interface Tolerance {
  /** How old a token may be beside its life: so long it may have been on its way. */
  readonly travelMs: number
  /** How long a process may stand still between two steps. */
  readonly stallMs: number
}

export function truthOf(
  provider: ModelProvider,
  now: () => number,
  { travelMs, stallMs }: Tolerance,
): Truth {
  const lagMs = maxLagMs + stallMs
  const sessions = new Map<string, TrueSession>()
  const byMark = new Map<string, TrueSession>()
  let changeMarks: { readonly key: string; readonly serial: number; readonly at: number }[] = []

  /** What ends the sessions of a member, by the store's clock. */
  const memberEnds: { readonly end: Revocation; readonly at: number }[] = []

  function noteEnd(end: Revocation, at: number, session: TrueSession): void {
    const { organizationId, sub, begun } = session.identity
    const isMember = end.key === revocationKey(issuer, { organizationId: organizationId!, sub })
    const isOlder = end.clock === 'store' && begun!.store <= end.notBefore
    if (isMember && isOlder) session.markedAt ??= at
  }

  function note(record: Revocation): void {
    const session = byMark.get(record.key)
    if (session) session.markedAt ??= now()
    memberEnds.push({ end: record, at: now() })
    for (const each of sessions.values()) noteEnd(record, now(), each)
    noteChange(record)
  }

  /** A process may find a session’s tokens gone before it hears why. */
  function noteReason({ key }: Revocation): void {
    const [reason, id] = /^(refresh-\w+):.*0:(.*)$/.exec(key)?.slice(1) ?? []
    const session = id === undefined ? undefined : sessions.get(id)
    if (session && session.markedAt === undefined) session.endedBy ??= reason!
  }

  /** A process that could not tell the store knows alone why a session ended. */
  function noteShownReason(session: TrueSession, reason: string): void {
    if (reason.startsWith('refresh-') && session.markedAt === undefined) session.endedBy ??= reason
  }

  function noteChange({ key, notBefore }: Revocation): void {
    if (!key.startsWith('changed-')) return
    for (const { identity } of sessions.values()) {
      const { organizationId, sub } = identity
      if (key !== changeKey(issuer, { organizationId: organizationId!, sub })) continue
      const serial = serialAt(memberOf(organizationId!, sub), notBefore)
      changeMarks.push({ key, serial, at: now() })
      return
    }
  }

  /** By the provider’s clock. */
  function serialAt(member: string, at: number): number {
    return provider.changesOf(member).findLast(({ occurredAt }) => occurredAt <= at)!.serial
  }

  const problems: Error[] = []
  /** What the store has of each session; not known once a replica took over, nor of a real one. */
  let versions = stallMs > 0 ? undefined : new Map<string, number>()

  let hasGoneBack = false

  function watchedTokens(tokenStore: StateStore['tokenStore']): StateStore['tokenStore'] {
    const { put, get, replace, remove, lease, endLease } = tokenStore
    return {
      ...{ get, lease, endLease },
      async put(sessionId, entry, expiresAt) {
        await put(sessionId, entry, expiresAt)
        versions?.set(sessionId, entry.version)
      },
      async replace(sessionId, entry, ...given) {
        const outcome = await replace(sessionId, entry, ...given)
        if (outcome === 'replaced') noteReplaced(sessionId, entry.version)
        if (outcome === 'gone') sessions.get(sessionId)!.wasGone = true
        return outcome
      },
      async remove(sessionId) {
        await remove(sessionId)
        versions?.delete(sessionId)
      },
    }
  }

  function noteReplaced(sessionId: string, version: number): void {
    const before = versions?.get(sessionId)
    if (versions && before === undefined)
      problems.push(new Error('tokens were written of a session that has none any more'))
    if (before !== undefined && version <= before)
      problems.push(new Error(`version ${version} was written over version ${before}`))
    versions?.set(sessionId, version)
  }

  function assertLive(
    machine: Machine,
    { markedAt, identity, grant }: TrueSession,
    view: SessionView,
  ) {
    const { sessionId } = identity
    if (view.principal.status === 'signed-out') return
    if (machine.ended.has(sessionId)) throw new Error('a process lets in whom it knew to be out')
    if (markedAt !== undefined && markedAt < now() - lagMs)
      throw new Error(`a session that ended ${now() - markedAt} ms ago passes`)
    const isNow = !view.principal.isStale
    if (
      isNow &&
      grant.endedAt !== undefined &&
      now() > grant.endedAt + provider.lifetimeMs + travelMs
    )
      throw new Error('a session that ended at the provider outlives its token')
  }

  /** What a process has to know: what it heard of, what the store had told all, and what a token says. */
  function leastSerial(machine: Machine, identity: Identity, isStale: boolean): number {
    const { organizationId, sub } = identity
    const member = memberOf(organizationId!, sub)
    const key = changeKey(issuer, { organizationId: organizationId!, sub })
    const heard = machine.revocations.known.get(key) ?? []
    const told = changeMarks.filter((mark) => mark.key === key && mark.at < now() - lagMs)
    const aged = isStale ? 0 : serialAt(member, provider.clock() - provider.lifetimeMs - travelMs)
    return Math.max(
      aged,
      // What a second use brings is as old as the first, of which a store that went back knows nothing.
      ...(hasGoneBack ? [] : heard).map(({ notBefore }) => serialAt(member, notBefore)),
      ...(hasGoneBack ? [] : told).map(({ serial }) => serial),
    )
  }

  function assertAuthority(machine: Machine, identity: Identity, view: SessionView): void {
    const { principal, isUnknown } = view
    if (principal.status === 'signed-out') return
    if (isUnknown) {
      if (principal.roles.length > 0) throw new Error('roles are shown while nothing can tell')
      return
    }
    const serial = Number(principal.roles[0])
    const least = leastSerial(machine, identity, principal.isStale)
    if (!(serial >= least))
      throw new Error(`${identity.sessionId} has roles of change ${serial}, and not of ${least}`)
    assertForwards(machine, identity, serial)
  }

  function assertForwards(machine: Machine, { sessionId }: Identity, serial: number): void {
    const version = machine.book.copies.get(sessionId)?.kept?.version ?? 0
    const before = machine.shown.get(sessionId) ?? { version: 0, serial: 0 }
    if (version < before.version)
      throw new Error(`version ${version} is shown after version ${before.version}`)
    if (serial < before.serial)
      throw new Error(`roles of change ${serial} are shown after those of ${before.serial}`)
    machine.shown.set(sessionId, { version, serial })
  }

  let watched: WatchedRevocations | undefined

  function watchedStore({ revocations, tokenStore, ...store }: StateStore): StateStore {
    watched = watchedRevocations(revocations, (records) => {
      records.forEach(noteReason)
      records.forEach(note)
    })
    return { ...store, tokenStore: watchedTokens(tokenStore), revocations: watched.revocations }
  }

  return {
    sessions,
    sends: [],
    unconfirmed: () => watched?.unconfirmed ?? 0,
    begin(session) {
      const { sessionId } = session.identity
      sessions.set(sessionId, session)
      byMark.set(revocationKey(issuer, { sessionId }), session)
      for (const { end } of memberEnds) noteEnd(end, now(), session)
    },
    problems,
    watched: watchedStore,
    wentBackTo(at) {
      versions = undefined
      hasGoneBack = true
      changeMarks = changeMarks.filter((mark) => mark.at < at)
      for (const session of sessions.values()) {
        if (session.markedAt !== undefined && session.markedAt >= at) session.markedAt = undefined
      }
    },
    check(machine, identity, view) {
      const session = sessions.get(identity.sessionId)!
      assertLive(machine, session, view)
      if (view.principal.status === 'signed-out') {
        machine.ended.add(identity.sessionId)
        noteShownReason(session, view.principal.reason)
      }
      assertAuthority(machine, identity, view)
    },
  }
}
