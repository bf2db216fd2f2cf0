import { ScalekitError } from '../../ground/errors.ts'
import type { HealthState, Watch } from '../../ground/health-state.ts'
import type { Send } from '../../outgoing/request.ts'
import type { Instance } from './instance.ts'

/** Whether what an instance depends on works. */
export interface Health {
  /** Asked now, unless it answered within the last second. While it is away, guards answer 503. */
  readonly store: HealthState
  /** Scalekit, by the last call of it; while it is away, sessions go on and sign-ins fail. */
  readonly provider: HealthState
  /** The queue of webhooks, by the last delivery. Absent without `webhooks.delivery`. */
  readonly queue?: HealthState
}

/**
 * Never rejects, and takes a second at most.
 *
 * @internal
 */
export async function healthOf({
  outage,
  revocations,
  provider,
  deliveries,
}: Instance): Promise<Health> {
  if (!revocations.isFresh()) await revocations.refresh()
  const queue = deliveries.health?.()
  return { store: outage.state(), provider: provider.state(), ...(queue ? { queue } : {}) }
}

/** Makes calls, and notes whether Scalekit answers. An answer that refuses something is one. */
export function watchedSend(send: Send, { worked, failed }: Watch): Send {
  return async function sendWatched(call) {
    try {
      const answer = await send(call)
      if (answer.status >= 500) failed(`${call.path.split('?', 1)[0]} answered ${answer.status}`)
      else worked()
      return answer
    } catch (error) {
      // A caller that gives up says nothing about Scalekit.
      if (error instanceof ScalekitError && !call.signal?.aborted) failed(error)
      throw error
    }
  }
}
