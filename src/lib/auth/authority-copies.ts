import type { Authority } from '../ground/types.ts'
import type { LastChange } from './changes.ts'
import type { RenewalEnd } from './renewal.ts'
import type { Kept } from './token-vault.ts'

/**
 * The largest number of sessions, and of bytes of their tokens and authority. The oldest are
 * dropped first.
 */
const maxEntries = 10_000
const maxBytes = 32 * 1024 * 1024

/** The reason for which renewal ended a session. */
export type AuthorityEnd = RenewalEnd | 'denied'

/** The authority of one session as this process has learned it since the sign-in. */
export interface AuthorityCopy {
  readonly authority: Authority
  /** The tokens that it comes from, if they are kept. */
  readonly kept?: Kept | undefined
  /** When the last attempt to renew it ended, by `performance.now()`. */
  readonly triedAt: number
  /**
   * The changes that were known when it was requested. It is newer than those, even if its token is
   * dated earlier.
   */
  readonly seen: LastChange
  /**
   * When it is requested once more, by `performance.now()`: Scalekit may have returned an outdated
   * answer.
   */
  readonly againAt?: number | undefined
  /** Before this time no request renews it, by `performance.now()`. */
  readonly quietUntil?: number | undefined
  /** Since when its renewal fails, by the application's clock. */
  readonly failingSince?: number | undefined
  /** When this process last received tokens from Scalekit, by the application's clock. */
  readonly receivedAt?: number | undefined
  /** Whether the session has no refresh token. */
  readonly hasNoToken?: boolean | undefined
  /** Set if renewal ended the session. */
  readonly over?: AuthorityEnd | undefined
}

/** How long received tokens count as just received, in milliseconds. */
const justReceivedMs = 10_000

/** Whether this process received tokens just now: newer ones would not last much longer. */
export function isJustReceived(copy: AuthorityCopy | undefined, now: number): boolean {
  return copy?.receivedAt !== undefined && Math.abs(now - copy.receivedAt) < justReceivedMs
}

export interface AuthorityCopies {
  readonly size: number
  get(sessionId: string): AuthorityCopy | undefined
  set(sessionId: string, copy: AuthorityCopy): void
  delete(sessionId: string): void
}

/**
 * Keeps copies, limited by number and by bytes. A copy that was dropped is read from the store when
 * it is needed.
 */
export function authorityCopies(
  limits: { readonly maxEntries: number; readonly maxBytes: number } = { maxEntries, maxBytes },
): AuthorityCopies {
  const copies = new Map<string, { readonly copy: AuthorityCopy; readonly bytes: number }>()
  let bytes = 0

  function drop(sessionId: string): void {
    bytes -= copies.get(sessionId)?.bytes ?? 0
    copies.delete(sessionId)
  }

  function isTooMuch(): boolean {
    return copies.size > limits.maxEntries || bytes > limits.maxBytes
  }

  return {
    get size() {
      return copies.size
    },
    get: (sessionId) => copies.get(sessionId)?.copy,
    set(sessionId, copy) {
      drop(sessionId)
      const entry = { copy, bytes: bytesOf(copy) }
      copies.set(sessionId, entry)
      bytes += entry.bytes
      for (const oldest of copies.keys()) {
        if (!isTooMuch()) break
        drop(oldest)
      }
    },
    delete: drop,
  }
}

function bytesOf({ authority, kept }: AuthorityCopy): number {
  return 2 * (JSON.stringify(authority).length + (kept ? JSON.stringify(kept).length : 0))
}
