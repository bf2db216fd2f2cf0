import { startTimeLimit } from '../../ground/time-limit.ts'
import { withTimeout } from '../../ground/with-timeout.ts'
import type { IoRedisClient, RedisClient } from './client.ts'
import { arraysTo, isIoRedis, openSpare, type Spare } from './spare.ts'

/** How long a command may remain unanswered before its connection is checked, in milliseconds. */
const unansweredMs = 1000
/** Maximum time for opening a new connection, in milliseconds. */
const openTimeoutMs = 1000

/** A client whose connection may die without a reset. */
export interface Connection extends RedisClient {
  /**
   * Closes the store's own connection, if it has one. Later commands use the application's client.
   */
  close(): void
}

/**
 * Sends commands through the application's client while Redis answers there. A connection that died
 * without a reset (a failover, a NAT) can look alive to its client for up to 15 minutes. If a
 * command remains unanswered and Redis answers on a second connection, the store uses the second
 * one from then on.
 *
 * The application's connection is not closed: it may only be waiting, and other code may be using
 * it.
 */
export function connectionOf(given: RedisClient | IoRedisClient): Connection {
  const client = isIoRedis(given) ? arraysTo(given) : given
  let current = client
  let spare: Spare | undefined
  let isOpening = false

  function use(next: Spare | undefined): void {
    spare?.destroy()
    spare = next
    current = next?.client ?? client
  }

  async function replace(doubted: RedisClient): Promise<void> {
    if (doubted !== current || isOpening) return
    isOpening = true
    const next = openSpare(given)
    try {
      if (next) await withTimeout(openTimeoutMs, next.ready)
      if (next && isOpening) use(next)
      else next?.destroy()
    } catch {
      // Redis does not answer on the new connection either.
      next?.destroy()
    } finally {
      isOpening = false
    }
  }

  return {
    sendCommand(args) {
      const used = current
      const stop = startTimeLimit(unansweredMs, () => void replace(used))
      return used.sendCommand(args).finally(stop)
    },
    close() {
      isOpening = false
      use(undefined)
    },
  }
}
