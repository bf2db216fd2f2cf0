import type { Presented } from './bearer.ts'
import { changeKeysOf } from './changes.ts'
import { tokenEndingKeysOf } from './revocation.ts'
import type { View } from './views.ts'
import type { Watched } from './watched.ts'

/** A verified access token. */
type Verified = Extract<Presented, { readonly status: 'verified' }>

/**
 * Watches an access token. Only its client can renew it. So a change of its holder's authority ends
 * the connection, as it refuses the next request.
 *
 * @param look Returns the current view of the token.
 * @param askFresh Returns the view after the revocations of other processes are known.
 */
export function watchedToken(
  { endsAt, holder, principal }: Verified,
  { look, askFresh }: { readonly look: () => View; readonly askFresh: () => Promise<View> },
): Watched {
  const keys = [...tokenEndingKeysOf(holder), ...changeKeysOf(holder, principal)]
  return {
    keys: () => keys,
    look: () => ({ view: look(), until: endsAt, isSettled: true }),
    async renew() {},
    ask: askFresh,
  }
}
