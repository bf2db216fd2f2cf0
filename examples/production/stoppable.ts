import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** How long each part of a stop may take, in milliseconds. */
export interface StopOptions {
  /** Requests are still taken for this long, and the proxy moves to another process meanwhile. */
  readonly drainMs: number
  /** Connections that are still open this long after that are cut. */
  readonly graceMs: number
}

/** A server that can be stopped without dropping a request. */
export interface Stoppable {
  readonly isStopping: boolean
  stop(options: StopOptions): Promise<void>
}

/** Call it before the server listens: it remembers which responses are not finished. */
export function stoppable(server: Server): Stoppable {
  const unfinished = new Set<ServerResponse>()
  let isStopping = false

  /** A connection that is kept could bring another request in the moment in which it is closed. */
  function closeAfter(res: ServerResponse): void {
    if (!res.headersSent) res.setHeader('Connection', 'close')
  }

  // Before the application, which may answer at once.
  server.prependListener('request', (_req, res: ServerResponse) => {
    unfinished.add(res)
    res.once('close', () => unfinished.delete(res))
    if (isStopping) closeAfter(res)
  })

  return {
    get isStopping() {
      return isStopping
    },
    async stop({ drainMs, graceMs }) {
      isStopping = true
      for (const res of unfinished) closeAfter(res)
      await delay(drainMs)
      const closed = once(server, 'close')
      server.close()
      const cut = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(cut)
    },
  }
}
