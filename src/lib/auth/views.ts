import type { Identity } from '../ground/types.ts'
import { withAuthority } from './authority.ts'
import type { AuthorityBook, KnownAuthority } from './authority-book.ts'
import type { AuthorityCopy } from './authority-copies.ts'
import {
  type Abilities,
  type NoSession,
  type Principal,
  type SessionPrincipal,
  signedIn,
  signedOut,
} from './principal.ts'
import { endKey, type RecordedEnd, type TokenHolder } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'

/** A principal, with the facts that a guard needs besides. */
export interface View<Who extends Principal = Principal> {
  readonly principal: Who
  /** The identity whose authority has to be renewed before a guard lets the request pass. */
  readonly due?: Identity | undefined
  /** Set while no source can confirm the authority of the user. */
  readonly isUnknown?: boolean
  /** Set once that has lasted too long. No guard lets a request pass then. */
  readonly isLapsed?: boolean
  /** Set if an access token decided instead of a cookie. */
  readonly bearer?: BearerFacts
  /**
   * Query parameters that let a sign-in skip the question for the email address, because the
   * session ended for a technical reason.
   */
  readonly login?: Readonly<Record<string, string>>
  /**
   * Until when the view stays the same unless a record becomes known, by the application's clock.
   */
  readonly until?: number
}

/** The facts about the access token in the header `Authorization`. */
export interface BearerFacts {
  /** The description in the challenge, if the token is refused. */
  readonly refusal?: string
  /** The holder of the token, once it is verified. */
  readonly holder?: TokenHolder
}

/** The view of a session: a user, or a signed-out principal. */
export type SessionView = View<SessionPrincipal | NoSession>

/** Builds views of sessions with their authority, live or revoked. */
export interface Views {
  ofLive(identity: Identity, now: number): SessionView
  ofDead(identity: Identity): SessionView
}

/** A view that stays the same unless a record becomes known. */
interface Settled extends SessionView {
  readonly until: number
  readonly writes: number
  readonly copy: AuthorityCopy | undefined
}

export const outside: { readonly [Reason in 'no-session' | 'expired']: View<NoSession> } = {
  'no-session': { principal: signedOut['no-session'] },
  expired: { principal: signedOut.expired },
}

const recordedEnds: readonly Exclude<RecordedEnd, 'denied'>[] = [
  'refresh-rejected',
  'refresh-lost',
  'refresh-mismatch',
]

export function views(parts: {
  readonly book: AuthorityBook
  readonly revocations: RevocationsReplica
  readonly abilities: Abilities
}): Views {
  const { book, revocations, abilities } = parts
  const { copies } = book
  const { known: recorded } = revocations
  // All requests with the same cookie share one frozen identity, and so its view.
  const settled = new WeakMap<Identity, Settled>()

  function ofLive(identity: Identity, now: number): SessionView {
    const known = settled.get(identity)
    if (known && isStillTrue(known, identity, now)) return known
    return look(identity, now)
  }

  function isStillTrue(
    { until, writes, copy }: Settled,
    { sessionId }: Identity,
    now: number,
  ): boolean {
    const isSameCopy = copies.size === 0 ? !copy : copy === copies.get(sessionId)
    return now < until && writes === recorded.writes && isSameCopy
  }

  function look(identity: Identity, now: number): SessionView {
    const { writes } = recorded
    const until = book.untouchedUntil(identity, now)
    if (until !== undefined) {
      const principal = signedIn(identity, false, abilities)
      return settle(identity, { principal, until, writes, copy: undefined })
    }
    const authority = book.known(identity)
    if (typeof authority === 'string') return ended(authority, identity)
    const view = viewOf(identity, authority)
    const { settledUntil } = authority
    if (settledUntil === Number.NEGATIVE_INFINITY) return view
    const copy = copies.get(identity.sessionId)
    return settle(identity, { ...view, until: settledUntil, writes, copy })
  }

  function settle(identity: Identity, view: Settled): SessionView {
    settled.set(identity, view)
    return view
  }

  function viewOf(identity: Identity, { authority, standing, isDue }: KnownAuthority): SessionView {
    return {
      principal: principalOf(identity, authority, standing !== 'current'),
      due: isDue ? identity : undefined,
      isUnknown: standing === 'unknown' || standing === 'lapsed',
      isLapsed: standing === 'lapsed',
    }
  }

  function principalOf(
    identity: Identity,
    authority: KnownAuthority['authority'],
    isStale: boolean,
  ): SessionPrincipal {
    return signedIn(withAuthority(identity, authority), isStale, abilities)
  }

  function ended(reason: RecordedEnd | 'changed', identity: Identity): View<NoSession> {
    if (reason === 'denied' || reason === 'changed') return { principal: signedOut.revoked }
    const login = reason === 'refresh-mismatch' ? {} : { login: loginOf(identity) }
    return { principal: signedOut[reason], ...login }
  }

  return {
    ofLive,
    ofDead(identity) {
      if (revocations.isForgotten(identity)) return { principal: signedOut.forgotten }
      const reason = recordedEnds.find((each) => recorded.get(endKey(identity, each)))
      return reason ? ended(reason, identity) : { principal: signedOut.revoked }
    },
  }
}

/**
 * Names the organization, or the connection, of the session. The sign-in then need not ask for an
 * email address.
 */
function loginOf({ organizationId, connectionId }: Identity): Readonly<Record<string, string>> {
  if (organizationId !== undefined) return { organization_id: organizationId }
  return connectionId === undefined ? {} : { connection_id: connectionId }
}
