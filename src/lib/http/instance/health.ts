import { ScalekitError } from '../../ground/errors.ts'
import type { HealthState, Watch } from '../../ground/health-state.ts'
import type { Send } from '../../outgoing/request.ts'
import type { Instance } from './instance.ts'

/** The state of the services that an instance depends on. */
export interface Health {
  /**
   * The store. It is asked now, unless it answered within the last second. While it is unavailable,
   * guards respond with 503.
   */
  readonly store: HealthState
  /**
   * Scalekit, by the result of the last call. While it is unavailable, sessions continue and
   * sign-ins fail.
   */
  readonly provider: HealthState
  /**
   * The queue of webhooks, by the result of the last delivery. Absent without `webhooks.delivery`.
   */
  readonly queue?: HealthState
}

/**
 * Returns the health of an instance. Never rejects, and takes at most a second.
 *
 * @internal
 */
export async function healthOf({
  outage,
  revocations,
  provider,
  deliveries,
}: Instance): Promise<Health> {
  // Any response tells that the store is well, also one that another caller waits for.
  if (!revocations.isFresh()) await revocations.refresh(Number.NEGATIVE_INFINITY)
  const queue = deliveries.health?.()
  return { store: outage.state(), provider: provider.state(), ...(queue ? { queue } : {}) }
}

/**
 * Wraps `send` to record whether Scalekit is available. A response that refuses the call counts as
 * available.
 */
export function watchedSend(send: Send, { worked, failed }: Watch): Send {
  return async function sendWatched(call) {
    try {
      const answer = await send(call)
      if (answer.status >= 500) failed(`${call.path.split('?', 1)[0]} answered ${answer.status}`)
      else worked()
      return answer
    } catch (error) {
      // A call that its caller aborted says nothing about Scalekit.
      if (error instanceof ScalekitError && !call.signal?.aborted) failed(error)
      throw error
    }
  }
}
