import type { Clock } from '../ground/clock.ts'
import type { Authority, Identity } from '../ground/types.ts'
import { authorityOf, withoutAuthority } from './authority.ts'
import {
  type AuthorityCopies,
  type AuthorityCopy,
  type AuthorityEnd,
  authorityCopies,
} from './authority-copies.ts'
import { type LastChanges, lastChanges, noChanges } from './changes.ts'
import { type Judgement, judge, type Sources } from './judge-authority.ts'
import type { RevocationsReplica } from './revocations-replica.ts'

/** The authority of a user, as far as this process knows it without waiting. */
export interface KnownAuthority {
  /** The authority that applies. Empty while no source can confirm it. */
  readonly authority: Authority
  readonly standing: 'current' | 'stale' | 'unknown' | 'lapsed'
  /** Whether a guard has to renew it before the request passes. */
  readonly isDue: boolean
  /**
   * Until when the result stays the same unless a change becomes known, by the application's clock.
   */
  readonly settledUntil: number
}

export interface AuthorityBook {
  /**
   * Returns until when the identity's own authority applies, if nothing became known since its
   * sign-in. This is the common case, and the cheapest. Returns `undefined` if
   * {@link AuthorityBook.known} has to decide.
   */
  untouchedUntil(identity: Identity, now: number): number | undefined
  /** @param copy The copy to judge. Default: this process's copy. */
  known(identity: Identity, copy?: AuthorityCopy): KnownAuthority | AuthorityEnd | 'changed'
  sourcesOf(identity: Identity, copy: AuthorityCopy | undefined): Sources
  changesOf(identity: Identity, authority: Authority): LastChanges
  /** Returns the authority of the last renewal, otherwise that of the sign-in. */
  authorityOf(identity: Identity): Authority
  readonly copies: AuthorityCopies
}

/** The options that decide how authority is renewed. */
export interface AuthorityRules {
  /** Whether sign-ins request a refresh token, and whether `authorization.resolve` is set. */
  readonly sources: Sources
  readonly outageGraceMs: number
  /** The claims that `session.claims` names. */
  readonly claimNames: readonly string[]
}

/** Knows the authority of each session, from its sign-in or its last renewal. */
export function authorityBook(parts: {
  readonly rules: AuthorityRules
  readonly revocations: Pick<RevocationsReplica, 'known'>
  readonly clock: Clock
}): AuthorityBook {
  const { rules, clock } = parts
  const { known: recorded } = parts.revocations
  const { outageGraceMs, claimNames } = rules
  const copies = authorityCopies()
  const atSignIn = new WeakMap<Identity, Authority>()

  function ofSignIn(identity: Identity): Authority {
    const known = atSignIn.get(identity)
    if (known) return known
    const authority = authorityOf(identity, claimNames)
    atSignIn.set(identity, authority)
    return authority
  }

  function sourcesOf({ authority }: Identity, copy: AuthorityCopy | undefined): Sources {
    const { isRefreshable = authority === undefined && rules.sources.token } = authority ?? {}
    return { token: isRefreshable && !copy?.hasNoToken, application: rules.sources.application }
  }

  function changesOf(identity: Identity, authority: Authority): LastChanges {
    return recorded.size === 0 ? noChanges : lastChanges(recorded, identity, authority)
  }

  function known(
    identity: Identity,
    copy: AuthorityCopy | undefined = copies.size === 0
      ? undefined
      : copies.get(identity.sessionId),
  ): KnownAuthority | AuthorityEnd | 'changed' {
    if (copy?.over) return copy.over
    const authority = copy?.authority ?? ofSignIn(identity)
    const judgement = judge({
      authority,
      copy,
      sources: sourcesOf(identity, copy),
      changes: changesOf(identity, authority),
      now: clock(),
      at: performance.now(),
      outageGraceMs,
    })
    return shown(authority, judgement)
  }

  function untouchedUntil(identity: Identity, now: number): number | undefined {
    if (recorded.size > 0 || (copies.size > 0 && copies.get(identity.sessionId))) return undefined
    const { token, application } = sourcesOf(identity, undefined)
    if (!token && !application) return Number.POSITIVE_INFINITY
    const { freshUntil = Number.NEGATIVE_INFINITY } = identity.authority ?? {}
    return now < freshUntil ? freshUntil : undefined
  }

  return {
    untouchedUntil,
    known,
    sourcesOf,
    changesOf,
    authorityOf: (identity) => copies.get(identity.sessionId)?.authority ?? ofSignIn(identity),
    copies,
  }
}

function shown(
  authority: Authority,
  { standing, isDue, isSettled }: Judgement,
): KnownAuthority | AuthorityEnd | 'changed' {
  if (standing === 'over') return 'changed'
  const isUsable = standing === 'current' || standing === 'stale'
  const { freshUntil = Number.POSITIVE_INFINITY } = authority
  return {
    authority: isUsable ? authority : withoutAuthority(authority),
    standing,
    isDue,
    settledUntil: isSettled ? freshUntil : Number.NEGATIVE_INFINITY,
  }
}
