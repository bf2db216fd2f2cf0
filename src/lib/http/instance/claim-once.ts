import { storeUnavailable } from '../../ground/store-unavailable.ts'
import type { SingleUse } from '../../state/store.ts'

/**
 * Whether nobody has used this before.
 *
 * @param expiresAt When it need not be remembered any longer, in milliseconds since the epoch.
 * @throws ScalekitError `store_unavailable`
 */
export async function claimOnce(
  singleUse: SingleUse,
  key: string,
  expiresAt: number,
): Promise<boolean> {
  try {
    return await singleUse.claim(key, expiresAt)
  } catch (cause) {
    throw storeUnavailable('The store failed', cause)
  }
}
