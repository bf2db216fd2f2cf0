import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answerHttp2, type Http2Connections } from './http2.ts'

export interface LoopbackServer {
  readonly port: number
  handle(listener: RequestListener): void
  /** Closes immediately, including requests that wait for a response. */
  close(): Promise<void>
}

/** The options of a listening server, besides its port. */
export interface ListenOptions {
  /** Whether other machines can reach it. Default: false. */
  readonly onEveryInterface?: boolean
  /** Default: http. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
}

/**
 * Listens on 127.0.0.1 and, if the machine has it, on ::1, because `localhost` resolves to either.
 * Other interfaces are only opened on request, because every visitor can sign in here as every
 * person.
 */
export async function listenOn(port: number, options: ListenOptions = {}): Promise<LoopbackServer> {
  try {
    return options.onEveryInterface
      ? await listenOnAll(port, options)
      : await listenOnBoth(port, options)
  } catch (error) {
    if (!isTaken(error)) throw error
    throw new Error(
      `Port ${port} is taken: stop the program that uses it, or choose another one with --port; --port 0 takes any that is free.`,
      { cause: error },
    )
  }
}

async function listenOnAll(port: number, options: ListenOptions): Promise<LoopbackServer> {
  const all = await listen('0.0.0.0', port, options)
  return loopbackServer((all.server.address() as AddressInfo).port, [all])
}

async function listenOnBoth(port: number, options: ListenOptions): Promise<LoopbackServer> {
  const ipv4 = await listen('127.0.0.1', port, options)
  const actualPort = (ipv4.server.address() as AddressInfo).port
  const ipv6 = await listen('::1', actualPort, options).catch((error: Error) => error)
  if (!(ipv6 instanceof Error)) return loopbackServer(actualPort, [ipv4, ipv6])
  if (!isTaken(ipv6)) return loopbackServer(actualPort, [ipv4])

  // Another program has this port on ::1 and would receive some of the emulator's requests.
  await closeServer(ipv4)
  if (port === 0) return listenOnBoth(0, options)
  throw ipv6
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
}

/** The server of one interface, with the protocols it has besides HTTP/1.1. */
interface Listening {
  readonly server: Server
  readonly http2: Http2Connections
}

function listen(host: string, port: number, { tls }: ListenOptions): Promise<Listening> {
  return new Promise((resolve, reject) => {
    // In this order: browsers support both, and get pages over HTTP/1.1.
    const server = tls
      ? createTlsServer({ ...tls, ALPNProtocols: ['http/1.1', 'h2'] })
      : createServer()
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
