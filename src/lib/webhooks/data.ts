// Fields that Scalekit's event schema marks as optional are optional here, whatever its examples
// show.
import type { Json, OpenEnum } from '../ground/types.ts'

/**
 * Members of the envelope that the reference lists inside `data` as well. Deliveries seen so far
 * have them in the envelope only.
 */
export interface EnvelopeEcho {
  readonly environment_id?: string
  readonly object?: string
  readonly occurred_at?: string
  readonly spec_version?: string
  readonly type?: string
}

/** An organization: a customer of yours. */
export interface OrganizationData {
  readonly id: string
  readonly display_name: string
  /** Your own id of the organization. */
  readonly external_id?: string | null
  readonly region_code?: string
  readonly create_time?: string
  readonly update_time?: string
  readonly deleted_at?: string
  readonly metadata?: Json | null
  readonly settings?: {
    readonly features?: readonly { readonly name?: string; readonly enabled?: boolean }[]
  }
}

/** A domain of an organization, with the progress of its verification. */
export interface OrganizationDomainData {
  readonly id: string
  readonly domain: string
  readonly domain_type: OpenEnum<'ORGANIZATION_DOMAIN' | 'ALLOWED_EMAIL_DOMAIN'>
  readonly organization_id: string
  readonly environment_id: string
  readonly verification_status: OpenEnum<'PENDING' | 'VERIFIED' | 'FAILED' | 'AUTO_VERIFIED'>
  readonly verification_method?: OpenEnum<'ADMIN' | 'DNS' | 'NOT_APPLICABLE'>
  readonly txt_record_key?: string
  /** Proves ownership of the domain: keep it out of logs. */
  readonly txt_record_secret?: string
  readonly updated_at?: string
}

/** A sign-in connection of an organization. */
export interface ConnectionData {
  readonly id: string
  readonly organization_id: string
  readonly connection_type?: OpenEnum<'SAML' | 'OIDC'>
  readonly provider?: OpenEnum<'OKTA'>
}

/** A sign-in connection that was enabled or disabled. */
export interface SwitchedConnectionData extends ConnectionData {
  readonly enabled?: boolean
  readonly status?: OpenEnum<'COMPLETED'>
}

/** An organization's directory: the source of its users and groups. */
export interface DirectoryData extends EnvelopeEcho {
  readonly id: string
  readonly directory_type?: OpenEnum<'SCIM'>
  readonly provider?: OpenEnum<'OKTA'>
  readonly enabled?: boolean
  readonly organization_id: string
  /** `null` before the first synchronization. */
  readonly last_sync_at?: string | null
  readonly status?: string
  readonly updated_at?: string
}

/**
 * A role of a user. The reference has `{ role, name }`, later deliveries have `{ role_name }`; both
 * can occur.
 */
export interface DirectoryRole {
  readonly role_name?: string
  readonly role?: string
  readonly name?: string
}

/** A user of a company's directory. An attribute that the directory does not have may be absent. */
export interface DirectoryUserData {
  readonly id: string
  readonly organization_id: string
  /** The user's id at the directory provider. */
  readonly dp_id?: string
  readonly email?: string
  readonly active?: boolean
  readonly preferred_username?: string
  readonly name?: string
  readonly given_name?: string
  readonly family_name?: string
  readonly nickname?: string
  readonly picture?: string
  readonly phone_number?: string
  readonly address?: {
    readonly postal_code?: string
    readonly state?: string
    readonly formatted?: string
  }
  readonly roles?: readonly DirectoryRole[] | null
  readonly groups?: readonly { readonly id?: string; readonly name?: string }[] | null
  readonly employee_id?: string
  readonly department?: string
  readonly division?: string
  readonly cost_center?: string
  readonly title?: string
  readonly user_type?: string
  readonly organization?: string
  readonly profile?: string
  readonly language?: string
  readonly locale?: string
  readonly zoneinfo?: string
  readonly custom_attributes?: Json | null
  /** The user as the directory provider sent it. */
  readonly raw_attributes?: Json | null
}

/** A user who was removed from a directory. */
export interface DeletedDirectoryUserData {
  readonly id: string
  readonly organization_id: string
  /** The user's id at the directory provider. */
  readonly dp_id?: string
  readonly email?: string
}

/** A group of a directory. */
export interface DirectoryGroupData extends EnvelopeEcho {
  readonly id: string
  readonly directory_id?: string
  readonly organization_id: string
  readonly display_name?: string
  /** The group's id at the directory provider, if it has one. */
  readonly external_id?: string | null
  readonly dp_id?: string
  readonly raw_attributes?: Json | null
}

/** A group that was removed from a directory. */
export interface DeletedDirectoryGroupData extends EnvelopeEcho {
  readonly id: string
  readonly directory_id?: string
  readonly organization_id: string
  readonly display_name?: string
  /** The group's id at the directory provider. */
  readonly dp_id?: string
  /** The group as the directory provider sent it. */
  readonly raw_attributes?: Json & {
    readonly displayName?: string
    readonly externalId?: string
    readonly members?: readonly { readonly value: string }[]
  }
}

/** A user, and the organization whose membership changed. */
export interface MembershipData {
  readonly organization: Partial<OrganizationData>
  readonly user: UserData
}

/** A user, and the user's session at Scalekit. */
export interface UserSessionData {
  readonly user: UserData
  readonly user_session: {
    /** The `sid` of the user's tokens. */
    readonly session_id?: string
    readonly user_id?: string
    readonly organization_id?: string
    readonly authenticated_organizations?: readonly string[]
    readonly status?: OpenEnum<'ACTIVE'>
    readonly created_at?: string
    readonly updated_at?: string
    readonly last_active_at?: string
    readonly absolute_expires_at?: string
    readonly idle_expires_at?: string
    readonly expired_at?: string | null
    readonly logout_at?: string | null
    readonly device?: Json
  }
}

/** A user at Scalekit. Scalekit's schema guarantees none of these fields. */
export interface UserData {
  readonly id?: string
  readonly email?: string
  /** Your own id of the user. */
  readonly external_id?: string | null
  readonly create_time?: string
  readonly update_time?: string
  readonly last_login_time?: string | null
  readonly metadata?: Json | null
  readonly user_profile?: {
    readonly id?: string
    readonly name?: string
    readonly given_name?: string
    readonly family_name?: string
    readonly email_verified?: boolean
    readonly preferred_username?: string
    readonly phone_number?: string
    readonly phone_number_verified?: boolean
    readonly picture?: string
    readonly gender?: string
    readonly locale?: string
    readonly groups?: readonly unknown[] | null
    readonly metadata?: Json | null
    readonly custom_attributes?: Json | null
    readonly external_identities?: readonly ExternalIdentity[] | null
  }
}

/** A user's account at an identity provider. */
export interface ExternalIdentity {
  readonly connection_id: string
  readonly connection_provider: string
  readonly connection_type: string
  readonly connection_user_id: string
  readonly is_social: boolean
  readonly created_time?: string
  readonly updated_time?: string
  readonly last_login_time?: string
  readonly last_synced_time?: string
  /** JSON as a string. */
  readonly raw_attributes?: string
}

/** A role that users may have. */
export interface RoleData {
  readonly id: string
  readonly name: string
  readonly display_name?: string
  readonly description?: string
  /** The role whose permissions this one includes. */
  readonly extends?: string
}

/** A permission that roles may have. */
export interface PermissionData {
  readonly id: string
  readonly name: string
  readonly description?: string
}

/** A user's account at another service. */
export interface ConnectedAccountData {
  readonly id: string
  readonly identifier: string
  readonly connection_id: string
  readonly connection_name?: string
  readonly provider: string
  readonly authorization_type?: OpenEnum<'OAUTH'>
  readonly status: OpenEnum<
    'ACTIVE' | 'EXPIRED' | 'PENDING_AUTH' | 'PENDING_VERIFICATION' | 'DISCONNECTED'
  >
  readonly last_used_at?: string
  readonly token_expires_at?: string
}

/** A user's account at another service, with its previous status. */
export interface ConnectedAccountStatusData extends ConnectedAccountData {
  readonly authorization_type: NonNullable<ConnectedAccountData['authorization_type']>
  readonly old_status: ConnectedAccountData['status']
}

/** The shapes of `data`, by the names that the table of events uses. */
export interface EventData {
  readonly organization: OrganizationData
  readonly organizationDomain: OrganizationDomainData
  readonly connection: ConnectionData
  readonly switchedConnection: SwitchedConnectionData
  readonly directory: DirectoryData
  readonly directoryUser: DirectoryUserData
  readonly deletedDirectoryUser: DeletedDirectoryUserData
  readonly directoryGroup: DirectoryGroupData
  readonly deletedDirectoryGroup: DeletedDirectoryGroupData
  readonly membership: MembershipData
  readonly userSession: UserSessionData
  readonly role: RoleData
  readonly permission: PermissionData
  readonly connectedAccount: ConnectedAccountData
  readonly connectedAccountStatus: ConnectedAccountStatusData
}
