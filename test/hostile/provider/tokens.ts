import { createHash, randomUUID } from 'node:crypto'
import { published, publishedKid } from './keys.ts'
import { changed, type Grant, type Members, type TokenLie } from './lies.ts'
import { compact, rsa } from './signatures.ts'

export const clientId = 'skc_70087756327420046'
export const organizationId = 'org_70087756646187150'
export const externalOrganizationId = 'ext_acme'
export const connectionId = 'conn_70087756662964366'
export const subject = 'usr_70087756327420047'
export const sessionId = 'ses_70087756327420048'

/** What both kinds of token say. */
function sharedClaims(issuer: string): Members {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    aud: [clientId],
    sub: subject,
    oid: organizationId,
    xoid: externalOrganizationId,
    sid: sessionId,
    client_id: clientId,
    iat: now,
    exp: now + 900,
  }
}

export function accessTokenClaims(issuer: string): Members {
  return {
    ...sharedClaims(issuer),
    nbf: Math.floor(Date.now() / 1000),
    jti: `tkn_${randomUUID()}`,
    roles: ['member'],
    permissions: ['reports:read'],
    scope: 'openid profile email',
  }
}

export function idTokenClaims(
  issuer: string,
  { nonce, code }: Grant,
  accessToken: string,
): Members {
  return {
    ...sharedClaims(issuer),
    azp: clientId,
    amr: [connectionId],
    nonce,
    at_hash: halfHash(accessToken),
    c_hash: halfHash(code),
    email: 'ada@acme.example',
    email_verified: true,
    name: 'Ada Lovelace',
  }
}

/** @see OpenID Connect Back-Channel Logout 1.0, section 2.4 */
export function logoutTokenClaims(issuer: string): Members {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    aud: [clientId],
    sub: subject,
    sid: sessionId,
    iat: now,
    exp: now + 120,
    jti: `tkn_${randomUUID()}`,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  }
}

/** @see OpenID Connect Core 3.1.3.6 */
export function halfHash(value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
}

const honestHeader = { alg: 'RS256', typ: 'JWT', kid: publishedKid }

/** Signs the claims, or whatever the lie makes of them. */
export function token(honest: Members, lie: TokenLie = {}, other: Grant): unknown {
  const claims = changed(honest, lie.claims, other)
  const header = JSON.stringify(changed(honestHeader, lie.header, other))
  const payload = lie.payload?.(claims) ?? JSON.stringify(claims)
  const signed = compact(header, payload, lie.sign ?? rsa(published.privateKey))
  return lie.finish ? lie.finish(signed, claims) : signed
}
