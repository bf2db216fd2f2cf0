/**
 * The one method of a Redis client that is used. `createClient()` of `redis` (node-redis) has it;
 * others are adapted in a line:
 *
 * @example
 * // createCluster() of `redis`, which has to be told the key
 * redisStore({
 *   sendCommand: (args) =>
 *     cluster.sendCommand(args[0].startsWith('EVAL') ? args[3] : args[1], false, args),
 * })
 */
export interface RedisClient {
  /** Sends a command, whose name is the first argument, and answers Redis's reply. */
  sendCommand(args: string[]): Promise<unknown>
}

/** A client of `ioredis`, also for a cluster, which has one method for every command. */
export interface IoRedisClient {
  /** Sends a command and answers Redis's reply. */
  call(name: string, ...args: string[]): Promise<unknown>
}

/** Milliseconds as Redis takes them: whole, and never earlier than asked. */
export function wholeMs(ms: number): string {
  return String(Math.ceil(ms))
}
