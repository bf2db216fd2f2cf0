import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { onTestFinished } from 'vitest'

/** A request that reached the receiver. */
export interface Received {
  readonly id: string
  readonly timestamp: number
  readonly body: string
  readonly event: {
    readonly type: string
    readonly data: Readonly<Record<string, unknown>>
    readonly [member: string]: unknown
  }
  /** What the specification's own library says: undefined, or why it refuses. */
  readonly problem: string | undefined
}

/** What is answered: a status, or with `hang` nothing. */
export type Reply = number | 'hang'

/**
 * An endpoint for webhooks that verifies with the library of the specification.
 *
 * @param replies what the first requests get; the last reply is for all that follow
 */
export async function startReceiver(secret: string, replies: readonly Reply[] = [201]) {
  const received: Received[] = []
  const server = createServer((req, res) => void take(req, res))
  async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await text(req)
    const reply = replies[Math.min(received.length, replies.length - 1)]!
    received.push(receivedFrom(req, body, secret))
    if (reply !== 'hang') res.writeHead(reply).end('thanks')
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    received,
    types: () => received.map(({ event }) => event.type),
  }
}

function receivedFrom({ headers }: IncomingMessage, body: string, secret: string): Received {
  return {
    id: String(headers['webhook-id']),
    timestamp: Number(headers['webhook-timestamp']),
    body,
    event: JSON.parse(body) as Received['event'],
    problem: problemWith(body, headers as Record<string, string>, secret),
  }
}

function problemWith(body: string, headers: Record<string, string>, secret: string) {
  try {
    new Webhook(secret).verify(body, headers)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
