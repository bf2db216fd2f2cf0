import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerHttp2, type Http2Connections } from './http2.ts'

export interface LoopbackServer {
  readonly port: number
  handle(listener: RequestListener): void
  /** Ends at once, also for requests that are still waiting for an answer. */
  close(): Promise<void>
}

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1, and never on another interface:
 * `localhost` means either, depending on who resolves it, and anybody may sign in here as anybody.
 */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  try {
    return await listenOnBoth(port)
  } catch (error) {
    if (!isTaken(error)) throw error
    throw new Error(
      `Port ${port} is taken: stop the program that uses it, or choose another port; 0 takes any that is free.`,
      { cause: error },
    )
  }
}

async function listenOnBoth(port: number): Promise<LoopbackServer> {
  const ipv4 = await listen('127.0.0.1', port)
  const actualPort = (ipv4.server.address() as AddressInfo).port
  const ipv6 = await listen('::1', actualPort).catch((error: Error) => error)
  if (!(ipv6 instanceof Error)) return loopbackServer(actualPort, [ipv4, ipv6])
  if (!isTaken(ipv6)) return loopbackServer(actualPort, [ipv4])

  // Another program has this port on ::1 and would get half of what is meant for us.
  await closeServer(ipv4)
  if (port === 0) return listenOnBoth(0)
  throw ipv6
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
}

/** One interface's server, with what it speaks besides HTTP/1.1. */
interface Listening {
  readonly server: Server
  readonly http2: Http2Connections
}

function listen(host: string, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    const http2 = answerHttp2(server)
    server.once('error', reject)
    server.listen(port, host, () => resolve({ server, http2 }))
  })
}

function loopbackServer(port: number, servers: readonly Listening[]): LoopbackServer {
  return {
    port,
    handle: (listener) => {
      for (const { server } of servers) server.on('request', listener)
    },
    close: async () => {
      await Promise.all(servers.map(closeServer))
    },
  }
}

function closeServer({ server, http2 }: Listening): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
    http2.close()
  })
}
