import type { IncomingMessage } from 'node:http'

/**
 * What all bodies that wait for their signature may take in this process together, in bytes: any
 * stranger can send one. The first of them always has its own `maxBytes`.
 */
export const maxWaitingBytes: number = 32 * 1024 * 1024

let waitingBytes = 0

/**
 * The share of one request. It is given back when the request is complete or breaks off, and when its
 * connection ends: Node closes no request over HTTP/1 that was answered before its body was complete.
 */
export interface Share {
  /** Whether so many bytes more may be kept. */
  take(bytes: number): boolean
}

export function shareOf(req: IncomingMessage): Share {
  let own = 0
  function giveBack(): void {
    waitingBytes -= own
    own = 0
  }
  // The sockets of some adapters of AWS Lambda are no emitters.
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
