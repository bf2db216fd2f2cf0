import { describe, expect, it } from 'vitest'
import { type EmulatorSeed, startEmulator } from '../../../../src/testing.ts'
import { emulate } from '../emulate.ts'
import { acmeId, ask, clientToken } from './api.ts'

const startedAt = Date.parse('2026-01-15T10:30:00Z')

describe('a rate limit', () => {
  it('answers so many calls in a minute, and all others with when to come again', async () => {
    const { emulator, call } = await limited({ rateLimitPerMinute: 3 })
    expect(await call()).toEqual([200, null])
    emulator.advance(10.5)
    expect([await call(), await call()]).toEqual([
      [200, null],
      [200, null],
    ])
    expect(await call()).toEqual([429, '50'])
    emulator.advance(49.4)
    expect(await call()).toEqual([429, '1'])
    emulator.advance(0.1)
    expect(await call()).toEqual([200, null])
  })

  it('has the API’s own error', async () => {
    const { emulator } = await limited({ rateLimitPerMinute: 1 })
    await ask(emulator, 'GET /organizations')
    expect(await ask(emulator, 'GET /organizations')).toEqual({
      status: 429,
      body: {
        code: 8,
        message: 'Too many requests: wait 60 seconds',
        details: [
          {
            '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
            error_code: 'RATE_LIMITED',
          },
        ],
      },
    })
  })

  it('counts calls that are refused, and does nothing for those that are too many', async () => {
    const { emulator } = await limited({ rateLimitPerMinute: 2 })
    const authorization = `Bearer ${await clientToken(emulator)}`
    expect((await ask(emulator, 'GET /organizations')).status).toBe(401)
    expect((await ask(emulator, 'GET /organizations/org_1', { authorization })).status).toBe(404)
    const answer = await ask(emulator, `DELETE /organizations/${acmeId}`, { authorization })
    expect(answer.status).toBe(429)
    expect(emulator.organizations.map(({ id }) => id)).toContain(acmeId)
  })

  it('is not of sign-ins and tokens', async () => {
    const { emulator, call } = await limited({ rateLimitPerMinute: 1 })
    await call()
    expect((await call())[0]).toBe(429)
    expect(await clientToken(emulator)).toEqual(expect.any(String))
  })

  it('begins anew where the clock was moved back', async () => {
    const { emulator, call } = await limited({ rateLimitPerMinute: 1 })
    await call()
    emulator.advance(-3600)
    expect((await call())[0]).toBe(200)
  })

  it('is none without the option', async () => {
    const { call } = await limited({})
    const answers = await Promise.all(Array.from({ length: 200 }, call))
    expect(answers.filter(([status]) => status !== 200)).toEqual([])
  })

  it.each([0, -1, 1.5, Number.NaN])('cannot be %d', async (rateLimitPerMinute) => {
    await expect(startEmulator({ rateLimitPerMinute })).rejects.toThrow(
      '`rateLimitPerMinute` must be a whole number from 1 on',
    )
  })
})

async function limited(seed: EmulatorSeed) {
  const emulator = await emulate({ clock: () => startedAt, ...seed })
  const authorization = `Bearer ${await clientToken(emulator)}`
  return {
    emulator,
    async call(): Promise<readonly [status: number, retryAfter: string | null]> {
      const answer = await fetch(`${emulator.url}/api/v1/organizations`, {
        headers: { authorization },
      })
      return [answer.status, answer.headers.get('retry-after')]
    },
  }
}
