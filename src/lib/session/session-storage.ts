import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Identity } from '../ground/types.ts'
import type { Arrival } from './newest-cookies.ts'

/** Keeps the identity of a signed-in browser between requests. */
export interface SessionStorage {
  /** Whether the request has a session to read. Never throws. */
  holds(req: IncomingMessage): boolean
  /**
   * Reads synchronously. Returns `undefined` for no session and for any value that the kit did not
   * write.
   */
  read(req: IncomingMessage): Identity | undefined
  /** Whether the session is only stored in the browser, so that no store reveals it. */
  isInBrowser(req: IncomingMessage): boolean
  /**
   * Refuses an identity that is too large to store. Called while the previous session is still
   * valid.
   *
   * @throws {@link ConfigError} `session_too_large`
   */
  assertFits(req: IncomingMessage, identity: Identity): void
  /**
   * Starts a session with a new id, which no earlier request can have named.
   *
   * @param isSamePerson Whether the browser's previous session belonged to this user in the same
   *   organization. The data that the application stored there is then kept. Default: false.
   */
  write(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
    isSamePerson?: boolean,
  ): Promise<void>
  /**
   * Renews the idle time of the session, for kinds that need it.
   *
   * @param mayRenew Called when the header of the response is written.
   */
  touch(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
    arrival: Arrival,
    mayRenew: MayRenew,
  ): void
  /**
   * When the session that a request brought ends for lack of use, in milliseconds since the epoch.
   */
  idleEndOf(req: IncomingMessage, identity: Identity): number
  /**
   * Removes the session from the browser. The caller has revoked it before.
   *
   * @param isReplaced Whether the browser has received a newer session since. Called until the
   *   header of the response is written. If true, the cookie belongs to the newer session and is
   *   kept.
   */
  clear(req: IncomingMessage, res: ServerResponse, isReplaced: () => boolean): Promise<void>
}

/** Whether a response may renew a session that was valid when its request arrived. */
export type MayRenew = (identity: Identity, arrival: Arrival) => boolean

/** Whether the session has reached its absolute lifetime or its idle timeout. */
export function hasEnded(identity: Identity, now: number): boolean {
  return !(now < identity.absoluteExpiresAt && now < identity.idleExpiresAt)
}
