import type { IncomingMessage } from 'node:http'
import { ConfigError, type ScalekitError } from '../../ground/errors.ts'
import type { Instance } from './instance.ts'

/** Serves one request that `signIn()` of `express-scalekit/testing` made up. */
export interface StandIn {
  /**
   * Returns the instance that serves the request.
   *
   * @param instance The instance that the request reached.
   */
  instanceFor(instance: Instance): Instance
  /** Called with the reason if the request cannot be served. */
  failed(error: ScalekitError): void
}

/**
 * Keyed by the request object, so that no request from the network can be in here, whatever it
 * contains. In this package, only `signIn()` adds entries.
 */
const standIns = new WeakMap<IncomingMessage, StandIn>()

/**
 * Makes an instance other than the one reached serve a made-up request.
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

/**
 * Returns the instance that serves a request: the one that it reached, except in a test's
 * `signIn()`.
 */
export function servedBy(instance: Instance, req: IncomingMessage): Instance {
  return standIns.get(req)?.instanceFor(instance) ?? instance
}
