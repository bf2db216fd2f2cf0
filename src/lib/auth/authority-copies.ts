import type { Authority } from '../ground/types.ts'
import type { LastChange } from './changes.ts'
import type { RenewalEnd } from './renewal.ts'
import type { Kept } from './token-vault.ts'

/** At most so many sessions, and so many bytes of their tokens and authority; the oldest go first. */
const maxEntries = 10_000
const maxBytes = 32 * 1024 * 1024

/** Why renewal ended a session. */
export type AuthorityEnd = RenewalEnd | 'denied'

/** What this process knows of the authority of one session since its sign-in. */
export interface AuthorityCopy {
  readonly authority: Authority
  /** The tokens it is from, where they are kept. */
  readonly kept?: Kept | undefined
  /** When the last attempt to renew it ended, by `performance.now()`. */
  readonly triedAt: number
  /** What changes were known when it was asked for: it is of after them, whatever its token says. */
  readonly seen: LastChange
  /** Asked for once more then, by `performance.now()`: what Scalekit answered may have been old. */
  readonly againAt?: number | undefined
  /** No request asks before, by `performance.now()`. */
  readonly quietUntil?: number | undefined
  /** Since when it cannot be renewed, by the clock of the application. */
  readonly failingSince?: number | undefined
  /** The session has no refresh token. */
  readonly hasNoToken?: boolean | undefined
  /** Renewal ended the session. */
  readonly over?: AuthorityEnd | undefined
}

export interface AuthorityCopies {
  readonly size: number
  get(sessionId: string): AuthorityCopy | undefined
  set(sessionId: string, copy: AuthorityCopy): void
  delete(sessionId: string): void
}

/** Bounded by count and by bytes. A copy that was dropped is read from the store when it is needed. */
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
