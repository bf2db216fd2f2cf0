import type { Clock } from '../ground/clock.ts'
import { changeKeysOf } from './changes.ts'
import type { Presented, VerifiedToken } from './presented.ts'
import { tokenEndingKeysOf } from './revocation.ts'
import type { View } from './views.ts'
import type { Watched } from './watched.ts'

/**
 * Watches an access token. Only its client can renew it. So a change of its holder's authority ends
 * the connection, as it refuses the next request.
 *
 * The token is verified again once its keys are too old, since its key may have been withdrawn.
 * While the keys cannot be loaded, the connection stays open and the verification is repeated.
 */
export function watchedToken(
  opened: VerifiedToken,
  parts: {
    readonly clock: Clock
    /** Returns the view by the known revocations, whatever their age. */
    readonly look: (presented: Presented) => View
    /** Returns the view after the revocations of other processes are known. */
    readonly askFresh: (presented: Presented) => Promise<View>
    readonly verifyAgain: (token: string) => Promise<Presented>
  },
): Watched {
  const { endsAt, token, view } = opened
  const { principal, bearer } = view
  const keys = [...tokenEndingKeysOf(bearer.holder), ...changeKeysOf(bearer.holder, principal)]
  let latest: Presented = opened
  let { verifiedUntil } = opened
  const isDue = () => latest === opened && parts.clock() >= verifiedUntil

  async function verified(): Promise<Presented> {
    if (!isDue()) return latest
    const found = await parts.verifyAgain(token)
    if (found.status === 'unknown') return found
    if (found.status === 'verified') verifiedUntil = found.verifiedUntil
    else latest = found
    return latest
  }

  return {
    keys: () => keys,
    look() {
      const due = isDue()
      const until = due ? endsAt : Math.min(endsAt, verifiedUntil)
      return { view: parts.look(latest), until, isSettled: !due, isDue: due }
    },
    async renew() {
      await verified()
    },
    ask: async () => parts.askFresh(await verified()),
  }
}
