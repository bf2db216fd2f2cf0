import { ApiError } from '../ground/errors.ts'
import { type Deadline, waitFor } from './deadline.ts'

/** How many may stand in line; more fail at once, so that nothing piles up behind an outage. */
const maxWaiting = 1000

/** A number of places; whoever finds none free waits in line. */
export interface Slots {
  /** @throws {@link ApiError} when the deadline comes first; `api_busy` when the line is full */
  take(deadline: Deadline): Promise<void> | undefined
  give(): void
}

export function slots(count: number): Slots {
  let free = count
  const line = new Set<() => void>()

  function give(): void {
    const [enter] = line
    if (enter) {
      line.delete(enter)
      enter()
    } else {
      free += 1
    }
  }

  function wait(deadline: Deadline): Promise<void> {
    if (line.size >= maxWaiting) throw busy()
    let enter = () => {}
    const entered = new Promise<void>((resolve) => {
      enter = resolve
    })
    line.add(enter)
    return waitFor(entered, deadline).catch((error: unknown) => {
      // Whoever leaves in the moment of their turn passes it on.
      if (!line.delete(enter)) give()
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
  return new ApiError('api_busy', `${maxWaiting} calls are waiting for Scalekit already`, {
    isRetryable: true,
  })
}
