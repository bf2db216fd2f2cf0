import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'

/** A build server has to run these tests; a laptop without Redis may leave them out. */
export const hasRedis: boolean = isInstalled('redis-server') || process.env.CI === 'true'

type Client = ReturnType<typeof clientOf>

/** A Redis of this test's own, which keeps nothing on disk. */
export interface Redis {
  readonly port: number
  readonly client: Client
  /** A client of another process. */
  connect(): Promise<Client>
  /** Ends the server as a power cut does. */
  kill(): Promise<void>
  /** Starts it again, empty, where it was. */
  restart(): void
  close(): Promise<void>
}

/** @param flags Further ones of `redis-server`, e.g. `--cluster-enabled yes`. */
export async function startRedis(...flags: readonly string[]): Promise<Redis> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const start = () =>
    spawn('redis-server', [...where, '--save', '', '--appendonly', 'no', ...flags], {
      stdio: 'ignore',
    })
  const clients: Client[] = []
  let server = start()

  async function connect(): Promise<Client> {
    const client = clientOf(port)
    clients.push(client)
    // It reconnects by itself until the server listens.
    client.on('error', () => {})
    await client.connect()
    return client
  }

  async function kill(): Promise<void> {
    if (!server.kill('SIGKILL')) return
    await once(server, 'exit')
  }

  return {
    port,
    client: await connect(),
    connect,
    kill,
    restart() {
      server = start()
    },
    async close() {
      for (const client of clients) if (client.isOpen) client.destroy()
      await kill()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Named, because the type of `createClient` itself is wider than that of any client. */
function clientOf(port: number) {
  return createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: 20 } })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || !address) throw new Error('No port is free')
  return address.port
}

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
