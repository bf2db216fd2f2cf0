import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { signedIn } from '../../../../src/lib/auth/principal.ts'
import {
  type Check,
  type CheckParts,
  requiresPermissions,
  requiresRole,
  requiresScopes,
} from '../../../../src/lib/http/guards/checks.ts'
import { requiresRecentAuth } from '../../../../src/lib/http/guards/recent-auth.ts'
import { requiresThat } from '../../../../src/lib/http/guards/require-that.ts'
import { neverEnds } from '../../../support/never-ends.ts'
import { ada, now } from '../../identities.ts'

const checks: Readonly<Record<string, readonly [check: Check, readsAuthority: true | undefined]>> =
  {
    role: [requiresRole(['admin']), true],
    permission: [requiresPermissions(['projects:read']), true],
    scope: [requiresScopes(['openid']), true],
    that: [requiresThat(() => true, { code: 'plan_required' }), true],
    'recent authentication': [requiresRecentAuth({ maxAgeSeconds: 300 }), undefined],
  }

it.each(Object.entries(checks))(
  '%s says whether it reads what a user may do',
  (_name, [check, reads]) => {
    expect(check.readsAuthority).toBe(reads)
  },
)

it.each(Object.entries(checks))(
  '%s decides at once, so that no request waits',
  (_name, [check]) => {
    const identity = ada({ authenticatedAt: now, authenticatedBy: 'auth_time' })
    const principal = signedIn(identity, false, {
      csrfToken: () => '',
      accessToken: async () => '',
      ended: neverEnds,
    })
    const parts = { clock: () => now } as CheckParts
    expect(check(principal, {} as IncomingMessage, parts)).toBeUndefined()
  },
)
