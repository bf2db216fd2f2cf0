import type { AccountClaims } from 'oidc-provider'
import { type Member, type Rights, subjectOf } from './people.ts'

/** The claims that go with each scope. */
export const claimsByScope: Record<string, string[]> = {
  openid: ['sub', 'sid', 'oid', 'xoid'],
  email: ['email', 'email_verified'],
  profile: ['name', 'preferred_username'],
}

/** What Scalekit's ID tokens say besides what oidc-provider's do by themselves. */
export function idTokenClaims(member: Member, sid: string | undefined): AccountClaims {
  return {
    sub: subjectOf(member),
    sid,
    oid: member.organizationId,
    xoid: member.externalOrganizationId,
    email: member.email,
    email_verified: true,
    name: member.name,
    preferred_username: member.email,
  }
}

/** What Scalekit's access tokens say besides what oidc-provider's do by themselves. */
export function accessTokenClaims(
  { organizationId }: Member,
  { roles, permissions }: Rights,
): Record<string, unknown> {
  return { oid: organizationId, roles, permissions }
}
