import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigError, Scalekit, ScalekitClient } from '../../../src/client.ts'
import { scalekitAuth } from '../../../src/index.ts'
import { emulate } from '../emulator/emulate.ts'
import { clientOf } from './clients.ts'

const url = 'https://acme.scalekit.com'
const secret = 'a-secret-that-nobody-may-see'

describe('a client', () => {
  it('is of one class with two names', () => {
    expect(Scalekit).toBe(ScalekitClient)
    expect(new Scalekit(url, 'skc_1', secret)).toBeInstanceOf(ScalekitClient)
  })

  it.each<[string, unknown[], string]>([
    [
      'no environment',
      [undefined, 'skc_1', secret],
      '`environmentUrl` is missing: check that its environment variable is set',
    ],
    [
      'an environment with a path',
      [`${url}/a`, 'skc_1', secret],
      '`environmentUrl` must not have a path',
    ],
    [
      'http',
      ['http://acme.scalekit.com', 'skc_1', secret],
      '`environmentUrl` must begin with https',
    ],
    ['no client id', [url, '', secret], '`clientId` must be a non-empty string'],
    [
      'no secret',
      [url, 'skc_1', undefined],
      '`clientSecret` is missing: check that its environment variable is set',
    ],
    ['a pasted line break', [url, 'skc_1', `${secret}\n`], '`clientSecret` has white space'],
    ['an unknown option', [url, 'skc_1', secret, { timeout: 5 }], 'mean `options.timeoutMs`?'],
    ['no time', [url, 'skc_1', secret, { timeoutMs: 0 }], '`timeoutMs` must be a number'],
    ['half a call', [url, 'skc_1', secret, { maxConcurrentCalls: 0.5 }], '`maxConcurrentCalls`'],
    ['pages of nothing', [url, 'skc_1', secret, { maxPageSize: 0 }], '`maxPageSize` must be'],
    [
      'a logger of debug lines only',
      [url, 'skc_1', secret, { logger: { debug() {} } }],
      '`logger` must be an object with a info() method',
    ],
    ['an issuer by http', [url, 'skc_1', secret, { issuer: 'http://a.example' }], '`issuer` must'],
    [
      'an empty issuer',
      [url, 'skc_1', secret, { issuer: '' }],
      '`issuer` must be a non-empty string',
    ],
    [
      'an issuer that is none',
      [url, 'skc_1', secret, { issuer: 0 }],
      '`issuer` must be a non-empty string',
    ],
    ['nothing', [null], '`environmentUrl` must be a non-empty string'],
    ['options that are none', [url, 'skc_1', secret, 'x'], '`options` must be an object'],
  ])('is not made with %s, and says what to do', (_case, given, problem) => {
    const make = () =>
      new ScalekitClient(...(given as ConstructorParameters<typeof ScalekitClient>))
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(problem)
  })

  it('says all that is wrong at once, and not the secret', () => {
    const make = () => new ScalekitClient('', '', `"${secret}"`)
    expect(make).toThrow(/`environmentUrl`.*\n.*`clientId`.*\n.*`clientSecret` has quotes/)
    expect(make).not.toThrow(secret)
  })

  it.each(['acme.scalekit.com', `${url}/`, new URL(url)])(
    'takes %s for its environment',
    (given) => {
      const client = new ScalekitClient(given, 'skc_1', secret)
      expect(client.getAuthorizationUrl('https://app.example/callback')).toContain(`${url}/oauth/`)
    },
  )

  it('asks nobody when it is made', () => {
    const fetch = () => expect.fail('somebody was asked')
    expect(() => new ScalekitClient(url, 'skc_1', secret, { fetch })).not.toThrow()
  })
})

describe('the kit’s client', () => {
  it('calls as the kit does, with its own id and secret', async () => {
    const emulator = await emulate()
    const urls: string[] = []
    const auth = scalekitAuth({
      ...emulator.options,
      baseUrl: 'http://localhost:3000',
      http: {
        fetch: (to, init) => {
          urls.push(new URL(to).pathname)
          return fetch(to, init)
        },
      },
    })
    expect(auth.client).toBeInstanceOf(ScalekitClient)
    expect(urls).toEqual([])
    const { organizations } = await auth.client.organization.listOrganization()
    expect(organizations.map(({ displayName }) => displayName)).toEqual(['Acme', 'Globex'])
    expect(urls).toEqual(['/oauth/token', '/api/v1/organizations'])
    await auth.close()
  })

  it('calls Scalekit though its logger rejects, and says so once', async () => {
    const onConsole = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => onConsole.mockRestore())
    const emulator = await emulate()
    const rejecting = (): void => Promise.reject(new Error('disk full')) as never
    const logger = { debug: rejecting, info: rejecting, warn: rejecting, error: rejecting }
    const { organizations } = await clientOf(emulator.options, {
      logger,
    }).organization.listOrganization()
    expect(organizations).toHaveLength(2)
    expect(onConsole.mock.calls).toEqual([[expect.stringContaining('logger_failed')]])
  })

  it('does not call Scalekit while its clock returns no time', async () => {
    const emulator = await emulate()
    const client = clientOf(emulator.options, { clock: () => Number.NaN })
    await expect(client.organization.listOrganization()).rejects.toMatchObject({
      code: 'clock_invalid',
    })
    expect(emulator.requests).toEqual([])
  })

  it('shows the secret to nobody', () => {
    const auth = scalekitAuth({ environmentUrl: url, clientId: 'skc_1', clientSecret: secret })
    for (const shown of [auth, auth.client]) {
      expect(inspect(shown, { depth: 20, showHidden: true })).not.toContain(secret)
    }
    expect(JSON.stringify(auth.client)).not.toContain(secret)
  })
})
