/** A logout token that was sent to the application, and what came of it. */
export interface BackChannelLogout {
  /** The session that ended. */
  readonly sessionId: string
  readonly url: string
  readonly logoutToken: string
  /** When it was sent, by the emulator's clock in milliseconds. */
  readonly at: number
  /** The status of the response; missing while there is none, and for ever where none came in ten seconds. */
  readonly status?: number
}

/** What is on its way to the application's back-channel logout URI. */
export interface BackChannel {
  /** Oldest first, 1000 at most. */
  readonly logouts: (BackChannelLogout & { status?: number })[]
  readonly working: Set<Promise<void>>
  /** Aborted when nothing is to be sent any more. */
  readonly closing: AbortController
}

export function createBackChannel(): BackChannel {
  return { logouts: [], working: new Set(), closing: new AbortController() }
}

/** Resolves when everything that was sent has been answered. */
export async function backChannelSettled({ working }: BackChannel): Promise<void> {
  while (working.size > 0) await Promise.all(working)
}
