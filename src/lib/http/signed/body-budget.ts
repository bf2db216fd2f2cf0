import type { IncomingMessage } from 'node:http'

/**
 * The limit for all bodies together that wait for verification in this process, in bytes. An
 * attacker can send bodies without a valid signature. A body that waits alone is only limited by
 * its own `maxBytes`.
 */
export const maxWaitingBytes: number = 32 * 1024 * 1024

let waitingBytes = 0

/**
 * The share of one request in the limit. It is released when the request completes or fails, and
 * when its connection closes: Node emits no `close` for an HTTP/1 request that was answered before
 * its body was complete.
 */
export interface Share {
  /** Whether this many more bytes may be kept. If so, they are counted. */
  take(bytes: number): boolean
}

export function shareOf(req: IncomingMessage): Share {
  let own = 0
  function giveBack(): void {
    waitingBytes -= own
    own = 0
  }
  // In some adapters of AWS Lambda, the socket is not an event emitter.
  const socket: Partial<IncomingMessage['socket']> = req.httpVersionMajor < 2 ? req.socket : {}
  const end = () => {
    socket.off?.('close', end)
    giveBack()
  }
  req.once('close', end)
  socket.once?.('close', end)
  return {
    take(bytes) {
      const others = waitingBytes - own
      if (others > 0 && waitingBytes + bytes > maxWaitingBytes) {
        giveBack()
        return false
      }
      own += bytes
      waitingBytes += bytes
      return true
    },
  }
}
