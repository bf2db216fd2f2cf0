/** The close code of a WebSocket whose session is over: the page connects once more, then asks to sign in. */
export const sessionOver = 4401

/** Runs once a session is over, also where that was before it could be listened for. */
export function whenOver(ended: AbortSignal, end: () => void): void {
  if (ended.aborted) end()
  else ended.addEventListener('abort', end, { once: true })
}
