import { createLocalJWKSet } from 'jose'
import { ScalekitError } from '../ground/errors.ts'
import type { Send } from '../outgoing/request.ts'

// Any visitor's token can cause the keys to be loaded. So a failed load is not repeated for each
// token, and a slow load does not delay every request.

/** Pause after a failed load, in milliseconds. */
const quietAfterFailureMs = 5000
/** How long after the begin of a load tokens of a known key wait for it, in milliseconds. */
const patienceMs = 500

/** Loads that are not repeated at once after a failure. */
export interface QuietLoads {
  /** Rejects with the last failure while that is recent. */
  readonly send: Send
  /** Returns when the last load began, by `performance.now()`. */
  readonly beganAt: () => number
}

/** A response without a key set counts as a failure as well. */
export function quietAfterFailure(send: Send): QuietLoads {
  let failure: { readonly at: number; readonly error: unknown } | undefined
  let beganAt = Number.NEGATIVE_INFINITY

  return {
    async send(call) {
      if (failure && performance.now() - failure.at < quietAfterFailureMs) throw failure.error
      beganAt = performance.now()
      try {
        const answer = await send(call)
        if (answer.status !== 200) throw notServed(answer.status)
        assertKeySet(answer.body)
        failure = undefined
        return answer
      } catch (error) {
        failure = { at: performance.now(), error }
        throw error
      }
    },
    beganAt: () => beganAt,
  }
}

function notServed(status: number): ScalekitError {
  return new ScalekitError('provider_failed', `The published keys were answered with ${status}`)
}

/** @throws {@link ScalekitError} `provider_failed`, without a part of the body */
function assertKeySet(body: Buffer): void {
  try {
    createLocalJWKSet(JSON.parse(body.toString()))
  } catch {
    throw new ScalekitError('provider_failed', 'The published keys are not a JSON Web Key Set')
  }
}

/**
 * Returns the key that a load finds, or the one of the earlier set if the load takes long. Without
 * an earlier one, waits for the load.
 *
 * @param beganAt Returns when the load began, by `performance.now()`.
 */
export async function unlessSlow<Key>(
  found: Promise<Key>,
  earlier: Promise<Key>,
  beganAt: () => number,
): Promise<Key> {
  // It may reject while the earlier key is still being imported.
  found.catch(() => {})
  const key = await earlier.catch(() => undefined)
  if (key === undefined) return found
  const waitMs = beganAt() + patienceMs - performance.now()
  if (waitMs <= 0) return key
  let timer: NodeJS.Timeout | undefined
  const slow = new Promise<Key>((resolve) => {
    timer = setTimeout(resolve, waitMs, key)
  })
  return Promise.race([found, slow]).finally(() => clearTimeout(timer))
}
