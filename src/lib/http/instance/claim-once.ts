import { storeUnavailable } from '../../ground/store-unavailable.ts'
import type { SingleUse } from '../../state/store.ts'

/**
 * Marks a single-use value as used. Returns whether it was unused.
 *
 * @param expiresAt The time until which the value is remembered, in milliseconds since the epoch.
 * @throws {@link ScalekitError} `store_unavailable`
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
