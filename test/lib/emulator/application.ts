import { decodeJwt, type JWTPayload } from 'jose'
import type { Emulator } from '../../../src/testing.ts'
import { signInAt } from '../../support/sign-in-page.ts'

export const redirectUri = 'http://localhost:3000/callback'

/** RFC 7636, Appendix B. */
export const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/** Parameters to replace, or with undefined to leave out. */
export type Changes = Readonly<Record<string, string | undefined>>

/** A valid authorization request for Acme. */
export function authorizeUrl(
  emulator: Pick<Emulator, 'url' | 'options' | 'organizations'>,
  changes: Changes = {},
): string {
  const params = paramsWith(
    {
      client_id: emulator.options.clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email profile',
      state: 'the-state',
      nonce: 'the-nonce',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      organization_id: idOf(emulator, 'acme'),
    },
    changes,
  )
  return `${emulator.url}/oauth/authorize?${params}`
}

/** Scalekit's id of the organization with this external id, if there is one. */
export function idOf(
  { organizations }: Pick<Emulator, 'organizations'>,
  externalId: string,
): string | undefined {
  return organizations.find((organization) => organization.externalId === externalId)?.id
}

/** The code a person brings back from a sign-in. */
export async function codeFor(
  emulator: Emulator,
  changes: Changes = {},
  who = 'ada@acme.example',
): Promise<string> {
  const location = await signInAt(authorizeUrl(emulator, changes), who)
  return new URL(location).searchParams.get('code')!
}

/** A valid token request for a code. */
export function tokenParams(emulator: Emulator, code: string, changes: Changes = {}) {
  return paramsWith(
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      client_id: emulator.options.clientId,
      client_secret: emulator.options.clientSecret,
      code_verifier: codeVerifier,
    },
    changes,
  )
}

export function refreshParams(emulator: Emulator, refreshToken: string, changes: Changes = {}) {
  return paramsWith(
    {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: emulator.options.clientId,
      client_secret: emulator.options.clientSecret,
    },
    changes,
  )
}

export async function postToken(
  emulator: Emulator,
  body: URLSearchParams,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: Headers; body: TokenBody }> {
  const answer = await fetch(`${emulator.url}/oauth/token`, { method: 'POST', body, headers })
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as TokenBody,
  }
}

export interface TokenBody {
  readonly access_token: string
  readonly id_token: string
  readonly refresh_token: string
  readonly error: string
  readonly [member: string]: unknown
}

/** A whole sign-in: page, code, tokens. */
export async function tokensFor(
  emulator: Emulator,
  changes: Changes = {},
  who?: string,
): Promise<TokenBody & { readonly code: string }> {
  const code = await codeFor(emulator, changes, who)
  const { body } = await postToken(emulator, tokenParams(emulator, code))
  return { ...body, code }
}

export async function claimsFor(
  emulator: Emulator,
  changes: Changes = {},
  who?: string,
): Promise<{ readonly idToken: JWTPayload; readonly accessToken: JWTPayload }> {
  const tokens = await tokensFor(emulator, changes, who)
  return { idToken: decodeJwt(tokens.id_token), accessToken: decodeJwt(tokens.access_token) }
}

/** Where a request is redirected to at once, without a page. */
export async function redirectOf(url: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(url, { redirect: 'manual', headers })
  const location = new URL(answer.headers.get('location') ?? 'none:')
  return {
    status: answer.status,
    to: location.origin + location.pathname,
    params: Object.fromEntries(location.searchParams),
  }
}

function paramsWith(params: Changes, changes: Changes): URLSearchParams {
  const entries = Object.entries({ ...params, ...changes })
  return new URLSearchParams(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
