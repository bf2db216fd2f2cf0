import type { IncomingMessage } from 'node:http'
import { ConfigError, type ScalekitError } from '../../ground/errors.ts'
import type { Instance } from './instance.ts'

/** How one request is served that `signIn()` of `express-scalekit/testing` made up. */
export interface StandIn {
  /**
   * The instance that serves it.
   *
   * @param instance The one that it reached.
   */
  instanceFor(instance: Instance): Instance
  /** Gets the reason, where the request cannot be served. */
  failed(error: ScalekitError): void
}

/**
 * By the request object: one that came over a network is never in here, whatever it says. No entry
 * of the package leads to this map except `signIn()`.
 */
const standIns = new WeakMap<IncomingMessage, StandIn>()

/**
 * Serves a made-up request by another instance than the one that it reaches.
 *
 * @throws {@link ConfigError} `test_sign_in_invalid` in a process whose `NODE_ENV` is `production`
 */
export function useStandIn(req: IncomingMessage, standIn: StandIn): void {
  if (process.env.NODE_ENV === 'production') {
    throw new ConfigError(
      'test_sign_in_invalid',
      'signIn() needs no password, so it does not sign in while NODE_ENV is production',
      { hint: 'Set NODE_ENV to "test" where tests run.' },
    )
  }
  standIns.set(req, standIn)
}

export function standInOf(req: IncomingMessage): StandIn | undefined {
  return standIns.get(req)
}

/** The instance that serves a request: the one that it reached, except in a test's `signIn()`. */
export function servedBy(instance: Instance, req: IncomingMessage): Instance {
  return standIns.get(req)?.instanceFor(instance) ?? instance
}
