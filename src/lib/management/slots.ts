import { ApiError } from '../ground/errors.ts'
import { type Deadline, waitFor } from './deadline.ts'

/**
 * Maximum number of calls that wait for a slot. Further calls fail at once, so that an outage does
 * not fill the memory.
 */
const maxWaiting = 1000

/**
 * A fixed number of slots for calls. A call that finds no free slot waits in a queue.
 *
 * Node's agent has a queue as well (`maxSockets`). There are three reasons to have one here. They
 * were measured in November 2026 with 1000 concurrent calls, against a server that processes 50
 * requests at a time:
 *
 * - The timeout of an attempt starts when the attempt is sent. With slots, 1000 creations that take
 *   300 ms each all succeeded. Without them, 300 timed out in the server's queue after 5 seconds,
 *   and a creation that timed out cannot be retried. With `maxSockets: 50` it was 250, because
 *   calls that must not be sent twice do not use the agent.
 * - A sign-in uses the same agent. With `maxSockets: 50` it waited behind the calls for 5 seconds
 *   and failed; with slots it took 0.3 seconds.
 * - An API that answers 429 above 100 concurrent requests got 1000 requests with slots, and 2239
 *   without.
 *
 * The drawback: with a server that answers any number of requests in one second each, 50 concurrent
 * calls are too few for 1000. An application that makes so many raises `maxConcurrentCalls`.
 */
export interface Slots {
  /**
   * Waits for a slot.
   *
   * @throws {@link ApiError} if the deadline passes first; `api_busy` if the queue is full
   */
  take(deadline: Deadline): Promise<void> | undefined
  give(): void
}

export function slots(count: number): Slots {
  let free = count
  const queue = new Set<() => void>()

  function give(): void {
    const [enter] = queue
    if (enter) {
      queue.delete(enter)
      enter()
    } else {
      free += 1
    }
  }

  function wait(deadline: Deadline): Promise<void> {
    if (queue.size >= maxWaiting) throw busy()
    let enter = () => {}
    const entered = new Promise<void>((resolve) => {
      enter = resolve
    })
    queue.add(enter)
    return waitFor(entered, deadline).catch((error: unknown) => {
      // A call that ends at the moment it gets its slot passes the slot on.
      if (!queue.delete(enter)) give()
      throw error
    })
  }

  return {
    take(deadline) {
      if (free === 0) return wait(deadline)
      free -= 1
      return undefined
    },
    give,
  }
}

function busy(): ApiError {
  return new ApiError('api_busy', `${maxWaiting} calls are already waiting for Scalekit`, {
    isRetryable: true,
  })
}
