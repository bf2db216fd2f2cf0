import type { Presented } from './bearer.ts'
import { changeKeysOf } from './changes.ts'
import { tokenEndingKeysOf } from './revocation.ts'
import type { View } from './views.ts'
import type { Watched } from './watched.ts'

/** A token that was verified. */
type Verified = Extract<Presented, { readonly status: 'verified' }>

/**
 * Watches an access token. Only its client can renew it, so a change of its holder's authority ends
 * it here as it refuses the next request.
 *
 * @param look Returns the view of the token by what is known now.
 * @param askFresh Returns the same view once the revocations of other processes are known.
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
