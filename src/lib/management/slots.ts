import { ApiError } from '../ground/errors.ts'
import { type Deadline, waitFor } from './deadline.ts'

/** How many calls may wait for a slot. Further calls fail at once, so an outage fills no memory. */
const maxWaiting = 1000

/**
 * A number of slots for calls. A call that finds none free waits in a queue.
 *
 * The queue is here, and not the `maxSockets` of Node's agent, for three reasons. They were measured
 * in November 2026 with 1000 calls at once, against a server that works on 50 requests at a time:
 *
 * - The timeout of an attempt starts when the attempt is sent. With slots, 1000 creations that take
 *   300 ms each all succeeded. Without them, 300 timed out in the server's queue after 5 seconds,
 *   and a creation that timed out cannot be retried. With `maxSockets: 50` it was 250, because
 *   calls that must not arrive twice do not use the agent.
 * - A sign-in uses the same agent. With `maxSockets: 50` it waited behind the calls for 5 seconds
 *   and failed; with slots it took 0.3 seconds.
 * - An API that answers 429 above 100 requests at a time got 1000 requests, and 2239 without slots.
 *
 * The price: with a server that answers any number of requests in one second each, 50 calls at a
 * time are too few for 1000. An application that makes so many raises `maxConcurrentCalls`.
 */
export interface Slots {
  /** @throws {@link ApiError} when the deadline comes first; `api_busy` when the queue is full */
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
      // A call that ends in the moment it gets its slot passes the slot on.
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
