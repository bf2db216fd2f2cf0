import { setMaxListeners } from 'node:events'
import { withTimeout } from './with-timeout.ts'

/** How long `close` waits for work, in milliseconds: for its last retry, and its last call. */
const closeTimeoutMs = 3000

/** Work that goes on after the request in which it began. */
export interface Background {
  /** Aborted when the process is about to end, so that retries end soon. */
  readonly closing: AbortSignal
  /** Adds work, for which {@link Background.close} waits. A failure of it is ignored. */
  add(work: Promise<unknown>): void
  /** Aborts the signal, and waits for the work for three seconds at most. Never rejects. */
  close(): Promise<void>
}

export function backgroundWork(): Background {
  const closing = new AbortController()
  // Every retry listens. Node would take more than ten at once for a memory leak, and warn.
  setMaxListeners(0, closing.signal)
  const running = new Set<Promise<unknown>>()
  return {
    closing: closing.signal,
    add(work) {
      const end = () => void running.delete(work)
      running.add(work)
      work.then(end, end)
    },
    async close() {
      closing.abort()
      await withTimeout(closeTimeoutMs, Promise.allSettled(running)).catch(() => {})
    },
  }
}
