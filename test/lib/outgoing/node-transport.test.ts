import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { sender } from '../../../src/lib/outgoing/request.ts'
import type { Answer, Call } from '../../../src/lib/outgoing/transport.ts'
import { selfSigned } from '../../support/self-signed.ts'

/** Says what of a request depends on how the call was made. */
const tell: RequestListener = (req, res) => {
  const { servername } = req.socket as TLSSocket
  const { host, connection } = req.headers
  res.end(JSON.stringify({ host, connection, servername }))
}

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1')

describe('a call by https', () => {
  it('is not made where nobody vouches for the server', async () => {
    let requests = 0
    const server = createHttpsServer(selfSigned, (_req, res) => {
      requests += 1
      res.end()
    })
    const origin = `https://localhost:${await listen(server)}`
    await expect(callTo(origin, { body: 'client_secret=x' })).rejects.toMatchObject({
      code: 'provider_unavailable',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    })
    expect(requests).toBe(0)
  })

  it.each([false, true])('names the host to the server, once: %j', async (once) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const origin = `https://localhost:${await listen(createHttpsServer(selfSigned, tell))}`
    expect(told(await callTo(origin, { once }))).toEqual({
      host: origin.slice('https://'.length),
      connection: once ? 'close' : 'keep-alive',
      servername: 'localhost',
    })
  })
})

describe('a call to an address of IPv6', () => {
  it.runIf(hasIpv6)('names it in brackets and goes there', async () => {
    const port = await listen(createHttpServer(tell), '::1')
    const { host } = told(await callTo(`http://[::1]:${port}`))
    expect(host).toBe(`[::1]:${port}`)
  })
})

function callTo(origin: string, call: Partial<Call> = {}): Promise<Answer> {
  const send = sender({ origins: [origin] })
  return send({ method: 'POST', origin, path: '/oauth/token', headers: {}, ...call })
}

function told({ body }: Answer): Record<string, unknown> {
  return JSON.parse(body.toString())
}

async function listen(
  server: Server & { closeAllConnections(): void },
  host = 'localhost',
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}
