import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { ScalekitClient } from '../../../../src/client.ts'
import { redisStore } from '../../../../src/redis.ts'
import { start } from '../../../support/start.ts'

const credentials =
  'Check that the client id and the client secret (SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET) belong to the environment SCALEKIT_ENVIRONMENT_URL.'

describe('a client secret of another environment', () => {
  const options = { clientSecret: 'test_the_secret_of_another_environment' }

  it('ends a sign-in at the look-up, before the browser is sent anywhere', async () => {
    const { visitor, log } = await start({ options })
    const { status, text } = await visitor().open('/login?login_hint=ada@acme.example')
    expect(status).toBe(502)
    expect(text).toContain('application_refused')
    const lines = log.filter((line) => /invalid_client/.test(line))
    expect(lines).toEqual([expect.stringContaining(`| ${credentials}`)])
    expect(lines[0]).toMatch(/^error sign-in [0-9a-f]{8} failed: application_refused: /)
  })

  it('is named where the code is exchanged, after a sign-in without a look-up', async () => {
    const { emulator, visitor, log } = await start({ options })
    const { id } = emulator.organizations[0]!
    const { status } = await visitor().trySignIn(`/login?organization_id=${id}`, 'ada@acme.example')
    expect(status).toBe(502)
    expect(log.join('\n')).toMatch(/application_refused: .*"invalid_client"/)
    expect(log.join('\n')).toContain(`| ${credentials}`)
  })

  it('is asked for again by the next sign-in', async () => {
    const { emulator, visitor } = await start()
    emulator.fail({ path: '/oauth/token', status: 401, body: { error: 'invalid_client' } })
    const path = '/login?login_hint=ada@acme.example'
    expect((await visitor().open(path)).status).toBe(502)
    expect((await visitor().begin(path)).pathname).toBe('/oauth/authorize')
  })

  it.each([
    ['another OAuth error', { status: 400, body: { error: 'invalid_scope' } }],
    ['a failure of Scalekit', { status: 500 }],
  ])('does not end the sign-in of %s', async (_case, fault) => {
    const { emulator, visitor } = await start()
    emulator.fail({ path: '/oauth/token', times: 3, ...fault })
    const url = await visitor().begin('/login?login_hint=ada@acme.example')
    expect(url.pathname).toBe('/oauth/authorize')
  })
})

it('an emulator that does not run is told by its address', async () => {
  const { emulator, visitor, log } = await start()
  await emulator.close()
  const hint = 'Is the emulator running? Start it with `npx express-scalekit emulator`.'
  const { status } = await visitor().open('/login?login_hint=ada@acme.example')
  expect(status).toBe(503)
  expect(log.find((line) => line.includes('could not be looked up'))).toContain(`| ${hint}`)
  expect(log.at(-1)).toMatch(/^error sign-in [0-9a-f]{8} failed: provider_unavailable: /)
  expect(log.at(-1)).toContain(`| ${hint}`)
})

it('a Redis client that is not connected is told where its store fails', async () => {
  const options = { store: redisStore(createClient()) }
  const { visitor, log } = await start({ options })
  const { status } = await visitor().trySignIn(
    '/login?login_hint=ada@acme.example',
    'ada@acme.example',
  )
  expect(status).toBe(503)
  expect(log.at(-1)).toContain(
    'store_unavailable: The store failed <- "The client is closed" | The Redis client is not connected. Call `client.connect()`. The store can be used before that has ended.',
  )
})

describe('clocks that differ', () => {
  const twoHours = 7_200_000

  it.each([
    ['ours is ahead', { options: { clock: () => Date.now() + twoHours } }],
    ['ours is behind', { options: { clock: () => Date.now() - twoHours } }],
    ['Scalekit’s is behind', { seed: { clock: () => Date.now() - twoHours } }],
    ['Scalekit’s is ahead', { seed: { clock: () => Date.now() + twoHours } }],
  ])('are told by how much: %s', async (_case, parts) => {
    const { visitor, log } = await start(parts)
    const path = '/login?login_hint=ada@acme.example'
    const { status, text } = await visitor().trySignIn(path, 'ada@acme.example')
    expect(status).toBe(400)
    expect(text).toContain('id_token_invalid')
    expect(log.at(-1)).toMatch(
      /\| This machine’s clock and Scalekit’s differ by about (7199|720[0-2]) seconds: check NTP\.$/,
    )
  })
})

it('a callback without the issuer that discovery promises is refused', async () => {
  const http = { fetch: promisingIssuer }
  const { visitor, log } = await start({ options: { http } })
  const path = '/login?login_hint=ada@acme.example'
  const { status, text } = await visitor().trySignIn(path, 'ada@acme.example')
  expect(status).toBe(400)
  expect(text).toContain('callback_invalid')
  expect(log.at(-1)).toContain('lacks `iss`, which the discovery document promises')
})

it('a refused algorithm is named, and cut', async () => {
  const { emulator, visitor, log } = await start()
  const url = new URL(await emulator.idpInitiatedLogin('ada@acme.example'))
  const [, ...rest] = url.searchParams.get('idp_initiated_login')!.split('.')
  const header = { alg: `HS256${'x'.repeat(40)}`, kid: 'key' }
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url')
  const token = [encoded, ...rest].join('.')
  const { status } = await visitor().open(`/login?idp_initiated_login=${token}`)
  expect(status).toBe(400)
  expect(log.at(-1)).toContain(`the alg of the header is \\"HS256${'x'.repeat(15)}\\", not`)
})

describe('a rate limit of Scalekit', () => {
  const fault = { status: 429, headers: { 'retry-after': '7' } }
  const hint = '| Scalekit limits the rate of calls (429): call it less often. Retry-After: 7.'

  it('is told of a look-up', async () => {
    const { emulator, visitor, log } = await start()
    emulator.fail({ path: '/api/v1/connections', ...fault })
    await visitor().begin('/login?login_hint=ada@acme.example')
    expect(log.find((line) => line.includes('could not be looked up'))).toContain(hint)
  })

  it.each([
    ['as OAuth has it', { error: 'rate_limit_exceeded' }],
    ['as a page', '<h1>Slow down</h1>'],
  ])('is told of the token endpoint %s', async (_case, body) => {
    const { emulator, visitor, log } = await start()
    const { id } = emulator.organizations[0]!
    emulator.fail({ path: '/oauth/token', ...fault, body })
    await visitor().trySignIn(`/login?organization_id=${id}`, 'ada@acme.example')
    expect(log.at(-1)).toContain(hint)
  })

  it('is told of the management API', async () => {
    const { emulator } = await start()
    const { environmentUrl, clientId, clientSecret } = emulator.options
    const limits = { totalTimeoutMs: 500 }
    const client = new ScalekitClient(environmentUrl, clientId, clientSecret, limits)
    emulator.fail({ path: '/api/v1/organizations', times: 3, ...fault })
    const call = client.organization.listOrganization()
    await expect(call).rejects.toMatchObject({
      code: 'api_resource_exhausted',
      hint: hint.slice('| '.length),
    })
  })
})

/** Answers as Scalekit does, with a discovery document that promises `iss`. */
async function promisingIssuer(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!url.includes('openid-configuration')) return response
  const document = (await response.json()) as object
  return Response.json({ ...document, authorization_response_iss_parameter_supported: true })
}
