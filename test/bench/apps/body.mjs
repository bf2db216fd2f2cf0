/** Who signs in, and so what the guarded route says in every application. */
export const email = 'ada@acme.example'

/** What an application without a kit would keep of her: what the kit keeps, and as long. */
export const member = {
  v: 1,
  sessionId: 'kT3Yw0bqf1m9xN8vZrQeUA',
  startedAt: 1_700_000_000_000,
  authenticatedAt: 1_700_000_000_000,
  iss: 'http://127.0.0.1:40000',
  sub: 'conn_70087756327420001;00u1a2b3c4d5e6f7g8h9',
  organizationId: 'org_69615647365005430',
  externalOrganizationId: 'acme',
  connectionId: 'conn_70087756327420001',
  idpUserId: '00u1a2b3c4d5e6f7g8h9',
  email,
  emailVerified: true,
  sid: 'ses_74310293847561029',
  roles: ['admin'],
  permissions: ['organizations:read', 'organizations:write'],
  scopes: ['openid', 'email', 'profile'],
  claims: { name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' },
  absoluteExpiresAt: 1_700_604_800_000,
  idleExpiresAt: 1_700_604_800_000,
}

/** The answer to a request that is let through; the same bytes from every application. */
export function hello(user) {
  return { hello: user.email }
}
