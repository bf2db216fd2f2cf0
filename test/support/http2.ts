import { once } from 'node:events'
import {
  connect as connectHttp2,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import type connect from 'connect'
import { onTestFinished } from 'vitest'

/** An answer over HTTP/2. */
export interface Http2Answer {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Serves an application over HTTP/2 and asks it once; Express does not run there, Connect does. */
export async function askOverHttp2(
  app: connect.Server,
  headers: OutgoingHttpHeaders,
  body?: string,
): Promise<Http2Answer> {
  const server = createServer(app as never)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    session.destroy()
    server.close()
  })
  const stream = session.request(headers)
  stream.end(body)
  const [answered] = await once(stream, 'response')
  const chunks = await stream.toArray()
  return { headers: answered, body: Buffer.concat(chunks).toString() }
}
