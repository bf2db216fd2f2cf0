import { describe, expect, it } from 'vitest'
import type { LoginTarget } from '../../../src/lib/ground/types.ts'
import {
  type AuthorizationDetails,
  authorizationUrl,
  pinsOf,
} from '../../../src/lib/oidc/authorization-request.ts'
import { startTransaction, type Transaction } from '../../../src/lib/oidc/transaction.ts'
import { discovered } from './providers.ts'
import { clientId, issuer, now } from './tokens.ts'

const details: AuthorizationDetails = {
  scope: 'openid profile email',
  loginHint: undefined,
  prompt: undefined,
}

describe('authorizationUrl', () => {
  it('asks for a code with state, nonce and PKCE, and nothing else', async () => {
    const transaction = started()
    const url = await urlOf({}, {}, transaction)
    expect(url.origin + url.pathname).toBe(`${issuer}/oauth/authorize`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: 'https://app.example/callback',
      scope: 'openid profile email',
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it('makes the challenge that RFC 7636 publishes in appendix B', async () => {
    const url = await urlOf(
      {},
      {},
      {
        ...started(),
        codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      },
    )
    expect(url.searchParams.get('code_challenge')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    )
  })

  it('keeps verifier, secret and way back to itself', async () => {
    const transaction = started()
    const { href } = await urlOf({}, {}, transaction)
    for (const kept of [transaction.codeVerifier, 'planted', 'dashboard']) {
      expect(href).not.toContain(kept)
    }
  })

  it.each<[LoginTarget, Record<string, string>]>([
    [{}, {}],
    [{ connectionId: 'conn_1' }, { connection_id: 'conn_1' }],
    [{ organizationId: 'org_1' }, { organization_id: 'org_1' }],
    [{ domain: 'acme.example' }, { domain: 'acme.example', domain_hint: 'acme.example' }],
    [{ provider: 'google' }, { provider: 'google' }],
    [
      { connectionId: 'conn_1', organizationId: 'org_1' },
      { connection_id: 'conn_1', organization_id: 'org_1' },
    ],
    [{ organizationId: 'org_1', provider: 'google' }, { organization_id: 'org_1' }],
    [{ connectionId: 'conn_1', domain: 'acme.example' }, { connection_id: 'conn_1' }],
  ])('names the most exact selector for %j', async (target, expected) => {
    const { searchParams } = await urlOf(target)
    const selectors = ['connection_id', 'organization_id', 'domain', 'domain_hint', 'provider']
    const sent = [...searchParams].filter(([name]) => selectors.includes(name))
    expect(Object.fromEntries(sent)).toEqual(expected)
  })

  it('passes a hint and a prompt on, each encoded once', async () => {
    const hint = 'ada+1@acme.example\r\nX: y&state=evil'
    const { href, searchParams } = await urlOf({}, { loginHint: hint, prompt: 'login' })
    expect(searchParams.get('login_hint')).toBe(hint)
    expect(searchParams.get('prompt')).toBe('login')
    expect(searchParams.getAll('state')).toHaveLength(1)
    expect(href).not.toMatch(/[\r\n]/)
  })
})

describe('pinsOf', () => {
  it.each<[LoginTarget, object]>([
    [{}, {}],
    [{ organizationId: 'org_1' }, { organizationId: 'org_1' }],
    [{ connectionId: 'conn_1' }, { connectionId: 'conn_1' }],
    [
      { connectionId: 'conn_1', organizationId: 'org_1' },
      { connectionId: 'conn_1', organizationId: 'org_1' },
    ],
    [{ domain: 'acme.example' }, {}],
    [{ provider: 'google' }, {}],
  ])('of %j are %j', (target, pins) => {
    expect(pinsOf(target)).toEqual(pins)
  })

  it('are both ids of an organization that was asked for by its external id', () => {
    const pins = { organizationId: 'org_1', externalOrganizationId: 'acme' }
    expect(pinsOf({ organizationId: 'org_1' }, 'acme')).toEqual(pins)
  })
})

function started(): Transaction {
  return startTransaction({
    redirectUri: 'https://app.example/callback',
    returnTo: '/dashboard',
    pins: {},
    startedAt: now,
  })
}

async function urlOf(
  target: LoginTarget,
  changes: Partial<AuthorizationDetails> = {},
  transaction = started(),
): Promise<URL> {
  return authorizationUrl(await discovered(), transaction, target, { ...details, ...changes })
}
