import { describe, expect, it } from 'vitest'
import { bearerView } from '../../../src/lib/auth/bearer-principal.ts'
import { grantsOf } from '../../../src/lib/oidc/access-token.ts'
import type { BearerKind } from '../../../src/lib/oidc/bearer-kinds.ts'
import { clientId, issuer, now, nowSeconds } from '../oidc/tokens.ts'

const claims = {
  ...{ iss: issuer, sub: 'conn_1;00u-ada', aud: clientId, client_id: clientId },
  ...{ iat: nowSeconds, exp: nowSeconds + 600, jti: 'tkn_1', auth_time: nowSeconds - 60 },
  ...{ oid: 'org_1', xoid: 'acme', sid: 'ses_1', email: 'ada@acme.example', amr: ['conn_1'] },
  ...{ roles: ['admin'], permissions: ['orders:read'], scope: 'openid email', name: 'Ada' },
  custom_claims: { plan: { limits: [{ seats: 5 }] } },
}

function principalOf(kind: BearerKind) {
  const token = { kind, claims, grants: grantsOf(claims) }
  const ended = () => new AbortController().signal
  const facts = { issuer, claimNames: ['plan'], clock: () => now, storeAheadMs: 0, ended }
  return bearerView('the.access.token', token, facts).principal
}

/** Every object in a value, and the value. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

describe('the principal of an access token', () => {
  it.each([
    ['user', 10],
    ['organization-client', 9],
    ['this-client', 9],
  ] as const)('of the kind %s is frozen to its depth', (kind, count) => {
    const objects = objectsIn(principalOf(kind))
    expect(objects).toHaveLength(count)
    for (const object of objects) {
      expect(Object.isFrozen(object), JSON.stringify(object)).toBe(true)
    }
  })

  it('of a user has what the token says, and no more', () => {
    expect({ ...principalOf('user'), ...withoutMethods }).toEqual({
      ...withoutMethods,
      ...{ status: 'signed-in', via: 'bearer', isStale: false },
      user: {
        ...{ id: 'conn_1;00u-ada', iss: issuer, emailVerified: false },
        ...{ email: 'ada@acme.example', name: 'Ada' },
      },
      ...{ organizationId: 'org_1', externalOrganizationId: 'acme', connectionId: 'conn_1' },
      ...{ authenticatedOrganizations: ['org_1'], tokenId: 'tkn_1' },
      ...{ roles: ['admin'], permissions: ['orders:read'], scopes: ['openid', 'email'] },
      claims: { name: 'Ada', plan: { limits: [{ seats: 5 }] } },
      ...{ startedAt: now, expiresAt: now + 600_000 },
      ...{ authenticatedAt: now - 60_000, authenticatedBy: 'auth_time' },
    })
  })

  it('of a machine has a client and no user', () => {
    expect({ ...principalOf('organization-client'), ...withoutMethods }).toEqual({
      ...withoutMethods,
      ...{ status: 'machine', via: 'bearer', organizationId: 'org_1', tokenId: 'tkn_1' },
      client: { id: clientId, kind: 'organization-client' },
      ...{ roles: ['admin'], permissions: ['orders:read'], scopes: ['openid', 'email'] },
      claims: { name: 'Ada', plan: { limits: [{ seats: 5 }] } },
      ...{ startedAt: now, expiresAt: now + 600_000 },
    })
  })
})

const withoutMethods = { has: undefined, csrfToken: undefined, accessToken: undefined }
