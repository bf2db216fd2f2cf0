import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** A sender of webhooks that shares no code with what receives them. */
export interface Sender {
  /** Sends one event until it is acknowledged. */
  send(path: string, id: string): Promise<void>
  /** How often something was sent. */
  readonly attempts: number
  close(): void
}

/** How long the sender waits before it repeats, in milliseconds. */
const repeatAfter = { noAnswer: 50, refusal: 1000 }

/** @param ports Where somebody listens at the moment; whoever dies meanwhile does not answer. */
export function createSender(secret: string, ports: () => readonly number[]): Sender {
  const agent = new Agent({ keepAlive: true })
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  let attempts = 0

  async function anyPort(): Promise<number> {
    for (;;) {
      const open = ports()
      if (open.length > 0) return open[attempts++ % open.length]!
      await delay(repeatAfter.noAnswer)
    }
  }

  /** The status, or nothing where no answer came. */
  function attempt(port: number, path: string, id: string): Promise<number | undefined> {
    const body = JSON.stringify(eventOf(id))
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`)
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature.digest('base64')}`,
    }
    return new Promise((resolve) => {
      const options = { host: '127.0.0.1', port, path, method: 'POST', headers, agent }
      const req = request({ ...options, timeout: 10_000 }, (res) => {
        res.on('end', () => resolve(res.statusCode)).on('error', () => resolve(undefined))
        res.resume()
      })
      req.on('error', () => resolve(undefined)).on('timeout', () => req.destroy())
      req.end(body)
    })
  }

  return {
    get attempts() {
      return attempts
    },
    async send(path, id) {
      for (;;) {
        const port = await anyPort()
        const status = await attempt(port, path, id)
        if (status !== undefined && status < 300) return
        await delay(status === undefined ? repeatAfter.noAnswer : repeatAfter.refusal)
      }
    },
    close: () => agent.destroy(),
  }
}

function eventOf(id: string): object {
  return {
    spec_version: '1',
    id: `evt_${id}`,
    object: 'DirectoryUser',
    type: 'organization.directory.user_created',
    environment_id: 'env_1',
    organization_id: 'org_1',
    occurred_at: '2026-01-01T00:00:00.000Z',
    data: { id: `diruser_${id}`, email: `${id}@acme.example`, active: true, groups: [] },
  }
}
