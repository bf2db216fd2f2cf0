import { Agent, type OutgoingHttpHeaders, request } from 'node:http'

/** One request of a flood. */
export interface FloodRequest {
  readonly path: string
  readonly headers: OutgoingHttpHeaders
  /** With one, it is a POST. */
  readonly body?: Buffer
}

const connections = 50

/** Sends many requests over fifty connections, and answers how often each status came back. */
export async function flood(
  url: string,
  count: number,
  requestFor: (at: number) => FloodRequest,
): Promise<Readonly<Record<number, number>>> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const answers: Record<number, number> = {}
  let sent = 0
  async function sendMany(): Promise<void> {
    while (sent < count) {
      const status = await send(agent, url, requestFor(sent++))
      answers[status] = (answers[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: connections }, sendMany))
  agent.destroy()
  return answers
}

function send(agent: Agent, url: string, one: FloodRequest): Promise<number> {
  const { path, headers, body } = one
  const method = body ? 'POST' : 'GET'
  return new Promise((resolve, reject) => {
    const sending = request(url + path, { agent, method, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode!))
    })
    sending.on('error', reject).end(body)
  })
}
