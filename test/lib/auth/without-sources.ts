import { authorityBook } from '../../../src/lib/auth/authority-book.ts'
import { foundEnds } from '../../../src/lib/auth/found-ends.ts'
import type { RevocationsReplica } from '../../../src/lib/auth/revocations-replica.ts'
import { views } from '../../../src/lib/auth/views.ts'
import { watchedSessions } from '../../../src/lib/auth/watched-session.ts'
import type { Clock } from '../../../src/lib/ground/clock.ts'
import { neverEnds } from '../../support/never-ends.ts'

/** What sessions need whose authority stays as at the sign-in. */
export function withoutSources(revocations: RevocationsReplica, clock: Clock) {
  const sources = { token: false, application: false }
  const rules = { sources, outageGraceMs: 0, claimNames: [] }
  const book = authorityBook({ rules, revocations, clock })
  const abilities = {
    csrfToken: (sessionId: string) => sessionId,
    accessToken: async () => {
      throw new Error('no token is kept')
    },
    ended: neverEnds,
  }
  const shown = views({ book, revocations, abilities })
  const renewal = {
    renew: async () => {},
    async renewToken() {},
    awaited: () => undefined,
    forget() {},
  }
  const ends = foundEnds({ revocations, tellEnd() {} })
  return {
    views: shown,
    renewal,
    ends,
    watchSession: watchedSessions({ book, views: shown, revocations, renewal, ends, clock }),
    hasTokenKeys: true,
  }
}
