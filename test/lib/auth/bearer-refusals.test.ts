import { describe, expect, it } from 'vitest'
import { failedVerification } from '../../../src/lib/auth/bearer-refusals.ts'
import { ConfigError, LoginError } from '../../../src/lib/ground/errors.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }

function failingClock(): never {
  throw new ConfigError('clock_invalid', 'The clock failed')
}

describe('a failed verification', () => {
  it('of an invalid token is a refusal, also while the clock fails', () => {
    const error = new LoginError('access_token_invalid', 'The access token was refused')
    expect(failedVerification(error, { clock: failingClock, logger })).toMatchObject({
      status: 'refused',
      view: { principal: { reason: 'token-invalid' } },
    })
  })

  it('for any other reason says nothing of the token', () => {
    expect(failedVerification(new Error('boom'), { clock: failingClock, logger })).toMatchObject({
      status: 'unknown',
      error: { code: 'provider_unavailable' },
    })
  })
})
