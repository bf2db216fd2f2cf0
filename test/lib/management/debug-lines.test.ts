import { afterEach, describe, expect, it, vi } from 'vitest'
import { captureOutput } from '../../support/captured-output.ts'
import { fieldsLogger, recordingLogger } from '../../support/recording-logger.ts'
import { signedIn } from '../client/clients.ts'
import { acmeId, emulateClient } from './emulated-client.ts'
import { failureOf } from './failures.ts'
import { json, startApi, tokenNumber } from './hostile-api.ts'

/** Lines of the log without times and ports. */
function constant(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line
      .replace(/\d+ ms/, 'n ms')
      .replace(/expires in \d+ s/, 'expires in n s')
      .replace(/http:\/\/localhost:\d+/, 'https://scalekit'),
  )
}

describe('the debug lines of a client', () => {
  it('tell each attempt of a call, and the access token', async () => {
    const { logger, lines } = recordingLogger()
    const { emulator, client } = await emulateClient({}, { logger })
    const path = `/api/v1/organizations/${acmeId}`
    const headers = { 'x-request-id': 'req_1' }
    emulator.fail({ path, status: 503, headers })
    await client.organization.getOrganization(acmeId)
    await client.organization.getOrganization(acmeId)
    expect(constant(lines)).toEqual([
      'debug Scalekit API: POST /oauth/token returned 200, attempt 1, n ms',
      'debug Scalekit API: access token obtained, expires in n s',
      `debug Scalekit API: GET ${path} returned 503, request id req_1, attempt 1, n ms`,
      `debug Scalekit API: GET ${path} returned 200, attempt 2, n ms`,
      `debug Scalekit API: GET ${path} returned 200, attempt 1, n ms`,
    ])
  })

  it('tell that no answer came, and why, as a code', async () => {
    const { logger, lines } = fieldsLogger()
    const { emulator, client } = await emulateClient({}, { logger })
    await client.organization.listOrganization()
    emulator.fail({ path: '/api/v1/organizations', reset: true, times: 9 })
    await failureOf(client.organization.createOrganization('Initech'))
    const { message, fields } = lines.at(-1)!
    expect(message).toMatch(
      /^Scalekit API: POST \/api\/v1\/organizations got no answer \(api_unavailable\), attempt 1, \d+ ms$/,
    )
    expect(fields).toEqual({ code: 'api_unavailable' })
  })

  it('leave out what a query asks for, and cut email addresses in paths', async () => {
    const { logger, lines } = recordingLogger()
    const { client } = await emulateClient({}, { logger })
    await client.connection.listConnections({ domain: 'secret-project.example' })
    await failureOf(client.organization.getOrganizationByExternalId('owner@acme.example'))
    expect(lines.join('\n')).not.toMatch(/secret-project|owner/)
    expect(lines.at(-1)).toContain('GET /api/v1/organizations:external/…%40acme.example')
  })

  it('do not repeat a token that an answer brings back', async () => {
    const { logger, lines } = fieldsLogger()
    const headers = { 'x-request-id': tokenNumber(1) }
    const api = await startApi({ api: json(200, { organizations: [] }, headers) })
    await api.client({ logger }).organization.listOrganization()
    expect(JSON.stringify(lines)).not.toContain(tokenNumber(1))
    expect(lines.at(-1)).toEqual({
      level: 'debug',
      message: expect.stringContaining('request id "[secret]"'),
      fields: { requestId: '[secret]' },
    })
  })

  it('tell that the discovery document and the keys were loaded, once each', async () => {
    const { logger, lines } = recordingLogger()
    const { client } = await emulateClient({}, { logger })
    await signedIn(client)
    await signedIn(client)
    expect(constant(lines)).toEqual([
      'debug discovery: loaded https://scalekit/.well-known/openid-configuration in n ms',
      'debug keys: https://scalekit/keys returned 200 in n ms',
    ])
  })
})

describe('a client without a logger', () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each([
    ['writes them to the console with DEBUG=scalekit', 'scalekit', 3],
    ['writes nothing without it', undefined, 0],
  ])('%s', async (_what, DEBUG, count) => {
    vi.stubEnv('DEBUG', DEBUG)
    const { client } = await emulateClient()
    const output = captureOutput()
    await client.organization.listOrganization().finally(output.stop)
    expect(output.lines).toHaveLength(count)
    expect(output.lines.every((line) => line.startsWith('[scalekit] Scalekit API: '))).toBe(true)
  })
})
