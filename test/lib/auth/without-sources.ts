import { authorityBook } from '../../../src/lib/auth/authority-book.ts'
import type { RevocationsReplica } from '../../../src/lib/auth/revocations-replica.ts'
import { views } from '../../../src/lib/auth/views.ts'
import type { Clock } from '../../../src/lib/ground/clock.ts'

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
  }
  return {
    views: views({ book, revocations, abilities }),
    renewal: { renew: async () => {}, awaited: () => undefined, forget() {} },
    authorityOf: book.authorityOf,
    hasTokenKeys: true,
  }
}
