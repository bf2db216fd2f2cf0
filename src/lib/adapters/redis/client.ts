/**
 * The one method of a Redis client that the store uses. `createClient()` of `redis` (node-redis)
 * has it. Other clients are adapted in one line:
 *
 * @example
 * // createCluster() of `redis`, which has to be told the key
 * redisStore({
 *   sendCommand: (args) =>
 *     cluster.sendCommand(args[0].startsWith('EVAL') ? args[3] : args[1], false, args),
 * })
 */
export interface RedisClient {
  /** Sends a command, whose name is the first element, and resolves with Redis's reply. */
  sendCommand(args: string[]): Promise<unknown>
}

/**
 * A client of `ioredis`, which has one method for every command. A cluster client works as well.
 */
export interface IoRedisClient {
  /** Sends a command and resolves with Redis's reply. */
  call(name: string, ...args: string[]): Promise<unknown>
}

/** Converts milliseconds to the form that Redis accepts: a whole number, rounded up. */
export function wholeMs(ms: number): string {
  return String(Math.ceil(ms))
}
