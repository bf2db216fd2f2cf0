import { describe, expect, it } from 'vitest'
import { createDispatcher, type EventHandlers } from '../../../src/webhooks.ts'
import { documentedExamples } from '../../fixtures/webhook-examples.ts'

/** What users type. A name is added here when Scalekit documents another event. */
const names = {
  'organization.created': 'onOrganizationCreated',
  'organization.updated': 'onOrganizationUpdated',
  'organization.deleted': 'onOrganizationDeleted',
  'organization.domain_created': 'onDomainCreated',
  'organization.domain_deleted': 'onDomainDeleted',
  'organization.domain_dns_verification_success': 'onDomainDnsVerificationSuccess',
  'organization.domain_dns_verification_failed': 'onDomainDnsVerificationFailed',
  'organization.sso_created': 'onSsoCreated',
  'organization.sso_enabled': 'onSsoEnabled',
  'organization.sso_disabled': 'onSsoDisabled',
  'organization.sso_deleted': 'onSsoDeleted',
  'organization.directory_enabled': 'onDirectoryEnabled',
  'organization.directory_disabled': 'onDirectoryDisabled',
  'organization.directory.user_created': 'onDirectoryUserCreated',
  'organization.directory.user_updated': 'onDirectoryUserUpdated',
  'organization.directory.user_deleted': 'onDirectoryUserDeleted',
  'organization.directory.group_created': 'onDirectoryGroupCreated',
  'organization.directory.group_updated': 'onDirectoryGroupUpdated',
  'organization.directory.group_deleted': 'onDirectoryGroupDeleted',
  'user.signup': 'onUserSignup',
  'user.login': 'onUserLogin',
  'user.logout': 'onUserLogout',
  'user.organization_invitation': 'onUserOrganizationInvitation',
  'user.organization_membership_created': 'onUserOrganizationMembershipCreated',
  'user.organization_membership_updated': 'onUserOrganizationMembershipUpdated',
  'user.organization_membership_deleted': 'onUserOrganizationMembershipDeleted',
  'role.created': 'onRoleCreated',
  'role.updated': 'onRoleUpdated',
  'role.deleted': 'onRoleDeleted',
  'permission.created': 'onPermissionCreated',
  'permission.updated': 'onPermissionUpdated',
  'permission.deleted': 'onPermissionDeleted',
  'connected_account.created': 'onConnectedAccountCreated',
  'connected_account.updated': 'onConnectedAccountUpdated',
  'connected_account.status_updated': 'onConnectedAccountStatusUpdated',
  'connected_account.deleted': 'onConnectedAccountDeleted',
  'connected_account.magic_link_generated': 'onConnectedAccountMagicLinkGenerated',
  'connected_account.oauth_succeeded': 'onConnectedAccountOauthSucceeded',
  'connected_account.oauth_tokens_fetched': 'onConnectedAccountOauthTokensFetched',
  'connected_account.token_refresh_succeeded': 'onConnectedAccountTokenRefreshSucceeded',
  'connected_account.token_refresh_failed': 'onConnectedAccountTokenRefreshFailed',
} as const satisfies Record<keyof typeof documentedExamples, keyof EventHandlers>

// Every name of the type is in the list, too: this line compiles only then.
type Listed = (typeof names)[keyof typeof names] | 'onUnknown'
const complete: [Exclude<keyof EventHandlers, Listed>] extends [never] ? true : false = true

describe('the names of handlers', () => {
  it('are these, in the types and at run time', async () => {
    expect(complete).toBe(true)
    for (const [type, name] of Object.entries(names)) {
      const taken: string[] = []
      const handlers = { [name]: (event: { type: string }) => taken.push(event.type) }
      await createDispatcher(handlers as EventHandlers).dispatch(exampleOf(type))
      expect(taken, name).toEqual([type])
    }
  })

  it('are one for each documented event', () => {
    expect(Object.keys(names).sort()).toEqual(Object.keys(documentedExamples).sort())
    expect(new Set(Object.values(names)).size).toBe(41)
  })
})

function exampleOf(type: string) {
  return documentedExamples[type as keyof typeof documentedExamples]
}
