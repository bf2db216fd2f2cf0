import type { Clock } from '../ground/clock.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { Identity } from '../ground/types.ts'
import type { AuthorityBook } from './authority-book.ts'
import type { AuthorityRenewal } from './authority-renewal.ts'
import { changeKeysOf } from './changes.ts'
import type { FoundEnds } from './found-ends.ts'
import { endingKeysOf } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { outside, type SessionView, type Views } from './views.ts'
import type { Watched } from './watched.ts'

/**
 * Returns a session for a connection to watch.
 *
 * @param endsAt When the session ends without a further request, in milliseconds since the epoch.
 */
export type WatchSession = (identity: Identity, endsAt: number) => Watched

export function watchedSessions(parts: {
  readonly book: Pick<AuthorityBook, 'authorityOf'>
  readonly views: Views
  readonly revocations: RevocationsReplica
  readonly renewal: Pick<AuthorityRenewal, 'renew' | 'awaited'>
  readonly ends: FoundEnds
  readonly clock: Clock
}): WatchSession {
  const { book, views, revocations, renewal, ends, clock } = parts

  /**
   * The idle time of one connection does not decide for the session: another page may have used it.
   */
  function expired(identity: Identity, now: number): SessionView {
    return now >= identity.absoluteExpiresAt ? ends.expired(undefined, identity) : outside.expired
  }

  function viewOf(identity: Identity, endsAt: number): SessionView {
    const now = clock()
    if (!(now < endsAt)) return expired(identity, now)
    if (revocations.isDead(identity)) {
      return ends.found(undefined, identity, views.ofDead(identity), true)
    }
    const view = views.ofLive(identity, now)
    return view.principal.status === 'signed-in'
      ? view
      : ends.found(undefined, identity, view, false)
  }

  async function assertFresh(): Promise<void> {
    if (revocations.isFresh() || (await revocations.refresh())) return
    throw storeUnavailable('The session store failed', revocations.failure())
  }

  return function watchSession(identity, endsAt) {
    const look = () => viewOf(identity, endsAt)
    return {
      keys: () => [
        ...endingKeysOf(identity),
        ...changeKeysOf(identity, book.authorityOf(identity)),
      ],
      look() {
        const view = look()
        const { until = endsAt } = view
        return {
          view,
          until: Math.min(until, endsAt),
          isSettled: view.until !== undefined,
          isDue: view.due !== undefined,
        }
      },
      renew: () => renewal.renew(identity),
      async ask() {
        await assertFresh()
        const view = look()
        const work = view.due && renewal.awaited(view.due)
        if (!work) return view
        await work
        // A renewal may take long, so revocations are read again after it.
        await assertFresh()
        return look()
      },
    }
  }
}
