import { ScalekitError } from './errors.ts'

/**
 * Creates a `store_unavailable` from a store's rejection.
 *
 * @param cause The store's error, if there is one.
 */
export function storeUnavailable(message: string, cause?: unknown): ScalekitError {
  return new ScalekitError('store_unavailable', message, { cause, hint: hintFor(cause) })
}

/**
 * node-redis throws this for a client that was never connected as well as for one that was closed.
 */
function hintFor(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || cause.message !== 'The client is closed') return undefined
  return 'The Redis client is not connected. Call `client.connect()`. The store can be used before that has ended.'
}
