import { describe, expect, it } from 'vitest'
import { refreshTokens } from '../../../src/lib/oidc/refresh.ts'
import { mayBeLost } from '../../../src/lib/oidc/renew.ts'
import { discovered, json } from './providers.ts'

describe('refreshTokens', () => {
  it.each([
    ['invalid_client', 'application_refused'],
    ['invalid_grant', 'refresh_token_rejected'],
  ])('reads the error %s in the body of a 401 with WWW-Authenticate', async (error, code) => {
    const answer = json(401, { error })
    const headers = { ...answer.headers, 'www-authenticate': 'Basic realm="acme"' }
    const provider = await discovered(() => ({ ...answer, headers }))
    const failure = await refreshTokens(provider, 'rt_1').catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code })
    // Scalekit said no, so the refresh token was not used up.
    expect(mayBeLost(failure)).toBe(false)
  })
})
