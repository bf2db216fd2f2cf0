import type { EventOf, EventType } from '../../webhooks/events.ts'

/** Scalekit's example of one event, without the fields that every event has. */
export interface ExampleEvent<Type extends EventType> {
  /** The kind of resource. */
  readonly object: string
  readonly display_name?: string
  readonly data: EventOf<Type>['data']
}

// All examples are about the emulator's own Acme and Ada, at the same time.
const time = '2026-01-15T10:30:00.123456Z'
const organizationId = 'org_69615647365005430'
const environmentId = 'env_69615647365005429'
const connectionId = 'conn_69615647365005431'
const directoryId = 'dir_69615647365005432'
const userId = 'usr_69615647365005433'
const email = 'ada@acme.example'

const organization = {
  create_time: time,
  display_name: 'Acme',
  external_id: 'acme',
  id: organizationId,
  metadata: null,
  region_code: 'US',
  update_time: time,
  settings: {
    features: [
      { enabled: true, name: 'sso' },
      { enabled: false, name: 'dir_sync' },
    ],
  },
}

const domain = {
  id: 'dom_69615647365005434',
  domain: 'acme.example',
  domain_type: 'ORGANIZATION_DOMAIN',
  organization_id: organizationId,
  environment_id: environmentId,
  txt_record_key: 'scalekit-domain-verification',
  txt_record_secret: 'sample-record-that-proves-nothing',
  verification_status: 'VERIFIED',
  verification_method: 'DNS',
  updated_at: time,
}

const connection = {
  id: connectionId,
  organization_id: organizationId,
  connection_type: 'SAML',
  provider: 'OKTA',
}
const completed = { ...connection, status: 'COMPLETED' }

const directory = {
  directory_type: 'SCIM',
  id: directoryId,
  organization_id: organizationId,
  provider: 'OKTA',
  updated_at: time,
}

const deletedDirectoryUser = {
  id: 'diruser_69615647365005435',
  organization_id: organizationId,
  dp_id: '00u69615647365005436',
  email,
}
const directoryUser = {
  ...deletedDirectoryUser,
  preferred_username: 'ada',
  active: true,
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  nickname: 'Ada',
  phone_number: '+1 555 0100',
  roles: [{ role_name: 'billing_admin' }],
  groups: [{ id: 'dirgroup_69615647365005437', name: 'Engineering' }],
  custom_attributes: { mobile_phone_number: '+1 555 0101' },
  raw_attributes: {},
}

const directoryGroup = {
  directory_id: directoryId,
  display_name: 'Engineering',
  id: 'dirgroup_69615647365005437',
  organization_id: organizationId,
  raw_attributes: {},
}

const identity = {
  connection_id: connectionId,
  connection_provider: 'GOOGLE',
  connection_type: 'OAUTH',
  connection_user_id: '69615647365005438',
  created_time: time,
  is_social: true,
  last_login_time: time,
  last_synced_time: time,
}
const syncedIdentity = { ...identity, raw_attributes: '{}', updated_time: time }

const profile = {
  email_verified: true,
  external_identities: [identity],
  family_name: 'Lovelace',
  gender: '',
  given_name: 'Ada',
  locale: '',
  metadata: {},
  name: 'Ada Lovelace',
  phone_number: '',
  phone_number_verified: false,
  picture: 'https://images.example/ada.png',
  preferred_username: '',
}
const fullProfile = {
  ...profile,
  id: 'usp_69615647365005439',
  custom_attributes: null,
  groups: null,
}

const user = {
  create_time: time,
  email,
  external_id: 'ada-1815',
  id: userId,
  metadata: {},
  update_time: time,
  user_profile: fullProfile,
}
const syncedUser = {
  ...user,
  user_profile: { ...profile, external_identities: [syncedIdentity] },
}
const newUser = { ...user, user_profile: { ...fullProfile, external_identities: null } }

const session = {
  user: { ...user, last_login_time: time },
  user_session: {
    absolute_expires_at: '2026-02-14T10:30:00.123456Z',
    authenticated_organizations: [organizationId],
    created_at: time,
    expired_at: null,
    idle_expires_at: '2026-01-22T10:30:00.123456Z',
    last_active_at: time,
    logout_at: null,
    organization_id: organizationId,
    session_id: 'ses_69615647365005440',
    status: 'ACTIVE',
    updated_at: time,
    user_id: userId,
    device: {
      browser: 'Chrome',
      browser_version: '142.0.0.0',
      device_type: 'Desktop',
      ip: '192.0.2.1',
      location: {
        city: 'Sampleton',
        latitude: '0.0',
        longitude: '0.0',
        region: 'US',
        region_subdivision: 'USNY',
      },
      os: 'Linux',
      os_version: '6.1',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Sample/1.0',
    },
  },
}

const role = {
  description: 'Reads and changes nothing',
  display_name: 'Viewer',
  extends: 'member',
  id: 'role_69615647365005441',
  name: 'viewer',
}

const permission = {
  description: 'Manages data',
  id: 'perm_69615647365005442',
  name: 'data:manage',
}

const account = {
  authorization_type: 'OAUTH',
  connection_id: connectionId,
  id: 'ca_69615647365005443',
  identifier: 'Ada',
  provider: 'CANVA',
  status: 'ACTIVE',
}
const pendingAccount = { ...account, status: 'PENDING_AUTH' }
const authorizedAccount = { ...account, token_expires_at: time }
const usedAccount = { ...authorizedAccount, last_used_at: time }

/**
 * An example of every event, based on Scalekit's own examples. The people and resources do not
 * exist.
 *
 * @see https://docs.scalekit.com/apis/
 */
export const exampleEvents: { readonly [Type in EventType]: ExampleEvent<Type> } = {
  'organization.created': about('Organization', 'Organization Created', organization),
  'organization.updated': about('Organization', 'Organization Updated', organization),
  'organization.deleted': about('Organization', 'Organization Deleted', {
    ...organization,
    deleted_at: time,
  }),
  'organization.domain_created': about('Organization', 'Organization Domain Created', {
    ...domain,
    verification_status: 'PENDING',
  }),
  'organization.domain_deleted': about('Organization', 'Organization Domain Deleted', domain),
  'organization.domain_dns_verification_success': about(
    'Organization',
    'Organization Domain DNS Verification Success',
    domain,
  ),
  'organization.domain_dns_verification_failed': about(
    'Organization',
    'Organization Domain DNS Verification Failed',
    { ...domain, verification_status: 'FAILED' },
  ),
  'organization.sso_created': about('Connection', 'SSO Connection Created', connection),
  'organization.sso_enabled': about('Connection', 'SSO Connection Enabled', {
    ...completed,
    enabled: true,
  }),
  'organization.sso_disabled': about('Connection', 'SSO Connection Disabled', {
    ...completed,
    enabled: false,
  }),
  'organization.sso_deleted': about('Connection', 'SSO Connection Deleted', connection),
  'organization.directory_enabled': about('Directory', 'Directory Enabled', {
    ...directory,
    enabled: true,
  }),
  'organization.directory_disabled': about('Directory', 'Directory Disabled', {
    ...directory,
    enabled: false,
  }),
  'organization.directory.user_created': about('DirectoryUser', 'Directory User Created', {
    ...directoryUser,
    cost_center: 'C-100',
    department: 'Research',
    division: 'Engines',
    employee_id: '1815',
    language: 'en',
    locale: 'en-GB',
    organization: 'Acme',
    profile: 'https://acme.example/people/ada',
    title: 'Analyst',
    user_type: 'Employee',
    zoneinfo: 'Europe/London',
  }),
  'organization.directory.user_updated': about('DirectoryUser', 'Directory User Updated', {
    ...directoryUser,
    picture: 'https://images.example/ada.png',
    address: {
      postal_code: '00000',
      state: 'Sample State',
      formatted: '1 Sample Street, Sampleton',
    },
  }),
  'organization.directory.user_deleted': about(
    'DirectoryUser',
    'Directory User Deleted',
    deletedDirectoryUser,
  ),
  'organization.directory.group_created': about('DirectoryGroup', 'Directory Group Created', {
    ...directoryGroup,
    external_id: null,
  }),
  'organization.directory.group_updated': about('DirectoryGroup', 'Directory Group Updated', {
    ...directoryGroup,
    external_id: '00g69615647365005444',
  }),
  'organization.directory.group_deleted': about('DirectoryGroup', 'Directory Group Deleted', {
    ...directoryGroup,
    dp_id: '00g69615647365005444',
  }),
  'user.signup': about('OrgMembership', 'User Signup', { organization, user: newUser }),
  'user.login': about('User', 'User Login', session),
  'user.logout': about('User', 'User Logout', session),
  'user.organization_invitation': about('OrgMembership', 'User Organization Invitation', {
    organization,
    user,
  }),
  'user.organization_membership_created': about(
    'OrgMembership',
    'User Organization Membership Created',
    { organization, user },
  ),
  'user.organization_membership_updated': about(
    'OrgMembership',
    'User Organization Membership Updated',
    { organization, user: syncedUser },
  ),
  'user.organization_membership_deleted': about(
    'OrgMembership',
    'User Organization Membership Deleted',
    { organization, user: syncedUser },
  ),
  'role.created': about('Role', 'Role Created', role),
  'role.updated': about('Role', 'Role Updated', role),
  'role.deleted': about('Role', 'Role Deleted', role),
  'permission.created': about('Permission', 'Permission Created', permission),
  'permission.updated': about('Permission', 'Permission Updated', permission),
  'permission.deleted': about('Permission', 'Permission Deleted', permission),
  'connected_account.created': accountExample(pendingAccount),
  'connected_account.updated': {
    ...accountExample(pendingAccount),
    display_name: 'Connected account updated',
  },
  'connected_account.status_updated': accountExample({
    ...account,
    connection_name: 'canva',
    status: 'EXPIRED',
    old_status: 'ACTIVE',
  }),
  'connected_account.deleted': {
    ...accountExample(usedAccount),
    display_name: 'connected account deleted',
  },
  'connected_account.magic_link_generated': accountExample(pendingAccount),
  'connected_account.oauth_succeeded': accountExample(authorizedAccount),
  'connected_account.oauth_tokens_fetched': accountExample(authorizedAccount),
  'connected_account.token_refresh_succeeded': accountExample(usedAccount),
  'connected_account.token_refresh_failed': accountExample(authorizedAccount),
}

function about<Data>(object: string, displayName: string, data: Data) {
  return { object, display_name: displayName, data }
}

function accountExample<Data>(data: Data) {
  return { object: 'ConnectedAccount', data }
}
