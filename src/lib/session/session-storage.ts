import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Identity } from '../ground/types.ts'
import type { Arrival } from './newest-cookies.ts'

/** Where the identity of a signed-in browser is kept between requests. */
export interface SessionStorage {
  /** Whether there is anything to read; never throws. */
  holds(req: IncomingMessage): boolean
  /** Reads without waiting; `undefined` for no session and for anything we did not write. */
  read(req: IncomingMessage): Identity | undefined
  /** Whether only the browser keeps what is written, so that no store shows it. */
  isInBrowser(req: IncomingMessage): boolean
  /**
   * Refuses what would be too large to write, while the session before it still lives.
   *
   * @throws {@link ConfigError} `session_too_large`
   */
  assertFits(req: IncomingMessage, identity: Identity): void
  /**
   * Starts a session that no value known before can name.
   *
   * @param isSamePerson Whether the browser's session before it was this person's, in the same
   *   organization: what the application kept there is then theirs. Default: false.
   */
  write(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
    isSamePerson?: boolean,
  ): Promise<void>
  /**
   * Keeps the session from ending for lack of use, where this kind needs telling.
   *
   * @param mayRenew Asked when the header of the response is written.
   */
  touch(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
    arrival: Arrival,
    mayRenew: MayRenew,
  ): void
  /**
   * Makes the browser forget its session; that it is over is said by a revocation, before this.
   *
   * @param isReplaced Whether the browser has got a newer session since; asked until the header of the
   *   response is written. The cookie is then that session's, and stays.
   */
  clear(req: IncomingMessage, res: ServerResponse, isReplaced: () => boolean): Promise<void>
}

/** Whether a response may renew a session, which was live when its request came. */
export type MayRenew = (identity: Identity, arrival: Arrival) => boolean

/** Whether the session has reached its absolute end or the end of its idle time. */
export function hasEnded(identity: Identity, now: number): boolean {
  return !(now < identity.absoluteExpiresAt && now < identity.idleExpiresAt)
}
