import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An origin that nothing may ever be sent to. */
export interface Trap {
  readonly url: string
  /** What was asked of it all the same, as `GET /path`. */
  readonly hits: readonly string[]
  close(): Promise<void>
}

export async function startTrap(): Promise<Trap> {
  const hits: string[] = []
  const server = createServer((req, res) => {
    hits.push(`${req.method} ${req.url}`)
    res.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
