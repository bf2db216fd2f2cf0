import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { signedIn } from '../../../../src/lib/auth/principal.ts'
import { requiresRecentAuth } from '../../../../src/lib/http/guards/recent-auth.ts'
import { neverEnds } from '../../../support/never-ends.ts'
import { ada, now } from '../../identities.ts'

const parts = { clock: () => now } as Parameters<ReturnType<typeof requiresRecentAuth>>[2]

async function codeFor(proof: 'auth_time' | 'prompt', authenticatedBy?: 'auth_time' | 'prompt') {
  const identity = ada({ authenticatedAt: now, ...(authenticatedBy && { authenticatedBy }) })
  const principal = signedIn(identity, false, {
    csrfToken: () => '',
    accessToken: async () => '',
    ended: neverEnds,
  })
  const check = requiresRecentAuth({ maxAgeSeconds: 300, proof })
  return (await check(principal, {} as IncomingMessage, parts))?.code
}

// The version before counted a prompt as well, and did not say which of the two it was.
it('a session of the version before proves nothing, and its user signs in again', async () => {
  expect(await codeFor('auth_time')).toBe('recent_auth_required')
  expect(await codeFor('prompt')).toBeUndefined()
  expect(await codeFor('auth_time', 'auth_time')).toBeUndefined()
})
