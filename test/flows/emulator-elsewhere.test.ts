import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startEmulator } from '../../src/testing.ts'
import { start } from '../support/start.ts'

const [address] = Object.values(networkInterfaces())
  .flatMap((entries) => entries ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4')
  .map((entry) => entry.address)

afterEach(() => vi.unstubAllEnvs())

describe.runIf(address)('an emulator on another machine', () => {
  it('signs in where http to it is allowed', async () => {
    const { visitor, emulator } = await start({
      seed: { host: address! },
      options: { dangerouslyAllowHttp: true },
    })
    expect(emulator.url).toBe(`http://${address}:${new URL(emulator.url).port}`)
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', 'ada@acme.example')
    await browser.call('/me').expect(200)
  })

  it('signs in to a production image, where both sides allow it', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { visitor, log } = await start({
      seed: { host: address!, dangerouslyAllowEmulator: true },
      options: {
        dangerouslyAllowHttp: true,
        dangerouslyAllowEmulator: true,
        secret: 'q3kX9vTz7Lm2Bn8Rw5Yc1Hd6Jf4Gs0Pa',
      },
    })
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', 'ada@acme.example')
    await browser.call('/me').expect(200)
    expect(log.filter((line) => line.includes('emulator_allowed: '))).toHaveLength(1)
    expect(error.mock.calls.flat().join('\n')).toContain('dangerouslyAllowEmulator: this emulator')
    error.mockRestore()
  })
})

describe('an emulator in production', () => {
  it.each([undefined, false])('does not start where that is %s', async (allow) => {
    vi.stubEnv('NODE_ENV', 'production')
    const seed = allow === undefined ? {} : { dangerouslyAllowEmulator: allow }
    await expect(startEmulator(seed)).rejects.toThrow('dangerouslyAllowEmulator')
  })
})
