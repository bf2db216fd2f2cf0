import { once } from 'node:events'
import { createServer, connect as dial, type NetConnectOpts, type Socket } from 'node:net'

/** Stands between a client and a server of TCP, and can make connections die without a word. */
export interface TcpProxy {
  readonly port: number
  /**
   * From now on, connections that are open pass no bytes and are not closed, as after a failover or
   * in a NAT that forgot them. New ones work.
   */
  freeze(): void
  /** The same for connections that are opened from now on; they do open. */
  freezeNew(): void
  /** New connections pass bytes again. */
  thaw(): void
  /** How many connections were opened. */
  readonly opened: number
  close(): Promise<void>
}

/** @param target Where the server listens. */
export async function startTcpProxy(target: NetConnectOpts): Promise<TcpProxy> {
  const open = new Set<Socket>()
  let isFrozen = false
  let opened = 0
  const server = createServer((near) => {
    opened += 1
    open.add(near)
    near.on('error', () => {})
    if (!isFrozen) open.add(pass(near, target))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('No port is free')
  return {
    port: address.port,
    freeze: () => open.forEach(freeze),
    freezeNew() {
      isFrozen = true
    },
    thaw() {
      isFrozen = false
    },
    get opened() {
      return opened
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function pass(near: Socket, target: NetConnectOpts): Socket {
  const far = dial(target)
  far.on('error', () => {})
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.pipe(to)
    from.on('close', () => to.destroy())
  }
  return far
}

/** It takes nothing more, answers nothing more, and hears of no end. */
function freeze(socket: Socket): void {
  socket.unpipe()
  socket.pause()
  socket.removeAllListeners('close')
  socket.removeAllListeners('end')
}
