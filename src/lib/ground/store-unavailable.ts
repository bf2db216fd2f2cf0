import { ScalekitError } from './errors.ts'

/**
 * Makes a `store_unavailable` of what a store rejected with.
 *
 * @param cause Where the store said why.
 */
export function storeUnavailable(message: string, cause?: unknown): ScalekitError {
  return new ScalekitError('store_unavailable', message, { cause, hint: hintFor(cause) })
}

/** node-redis says so both of a client that never was connected and of one that was closed. */
function hintFor(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || cause.message !== 'The client is closed') return undefined
  return 'The Redis client is not connected. Call `client.connect()`. The store can be used before that has ended.'
}
