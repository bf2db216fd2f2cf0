/** A logout token that was sent to the application, with the result. */
export interface BackChannelLogout {
  /** The session that ended. */
  readonly sessionId: string
  readonly url: string
  readonly logoutToken: string
  /** When it was sent, in milliseconds by the emulator's clock. */
  readonly at: number
  /**
   * The status of the response. Absent until there is one, and permanently if none arrived within
   * ten seconds.
   */
  readonly status?: number
}

/** The logout tokens for the application's back-channel logout URI. */
export interface BackChannel {
  /** Oldest first, at most 1000. */
  readonly logouts: (BackChannelLogout & { status?: number })[]
  readonly working: Set<Promise<void>>
  /** Aborted when no more tokens may be sent. */
  readonly closing: AbortController
}

export function createBackChannel(): BackChannel {
  return { logouts: [], working: new Set(), closing: new AbortController() }
}

/** Resolves when all sent tokens have been answered or have timed out. */
export async function backChannelSettled({ working }: BackChannel): Promise<void> {
  while (working.size > 0) await Promise.all(working)
}
