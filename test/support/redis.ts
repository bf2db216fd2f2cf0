import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createClient } from 'redis'

/** A build server has to run these tests; a laptop without Redis may leave them out. */
export const hasRedis: boolean = isInstalled('redis-server') || process.env.CI === 'true'

/** A Redis of this test's own, which keeps nothing on disk. */
export interface Redis {
  readonly client: ReturnType<typeof createClient>
  close(): Promise<void>
}

export async function startRedis(): Promise<Redis> {
  const port = await freePort()
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const server = spawn('redis-server', flags, { stdio: 'ignore' })
  const client = createClient({ url: `redis://127.0.0.1:${port}` })
  // It reconnects by itself until the server listens.
  client.on('error', () => {})
  await client.connect()
  return {
    client,
    async close() {
      client.destroy()
      server.kill()
      await once(server, 'exit')
    },
  }
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
