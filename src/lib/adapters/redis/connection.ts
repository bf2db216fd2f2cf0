import { withTimeout } from '../../ground/with-timeout.ts'
import type { IoRedisClient, RedisClient } from './client.ts'
import { arraysTo, isIoRedis, openSpare, type Spare } from './spare.ts'

/** How long a command stays unanswered until its connection is in doubt, in milliseconds. */
const unansweredMs = 1000
/** How long a new connection may take, in milliseconds. */
const openTimeoutMs = 1000

/** A client whose connection may die without a reset. */
export interface Connection extends RedisClient {
  /** Gives up the connection of its own, where it has one: commands go to the client again. */
  close(): void
}

/**
 * Sends commands by the application's client for as long as that answers. A connection that died
 * without a reset (a failover, a NAT) looks alive to its client for up to a quarter of an hour. So
 * where a command stays unanswered and a second connection answers, that one is used from then on.
 *
 * The application's connection is left alone: it may only be waiting, and others may be using it.
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
      // Redis itself does not answer.
      next?.destroy()
    } finally {
      isOpening = false
    }
  }

  return {
    sendCommand(args) {
      const used = current
      const timer = setTimeout(() => void replace(used), unansweredMs)
      timer.unref()
      return used.sendCommand(args).finally(() => clearTimeout(timer))
    },
    close() {
      isOpening = false
      use(undefined)
    },
  }
}
