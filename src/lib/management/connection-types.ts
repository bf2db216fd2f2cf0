import type { Json, OpenEnum } from '../ground/types.ts'
import type { CallOptions } from './call.ts'
import type { NamedArguments } from './named.ts'
import type { Toggled } from './shapes.ts'

/** Whose identity provider, or which service, a connection leads to. */
export type ConnectionProvider = OpenEnum<
  | 'OKTA'
  | 'GOOGLE'
  | 'MICROSOFT_AD'
  | 'AUTH0'
  | 'ONELOGIN'
  | 'PING_IDENTITY'
  | 'JUMPCLOUD'
  | 'CUSTOM'
  | 'GITHUB'
  | 'GITLAB'
  | 'LINKEDIN'
  | 'SALESFORCE'
  | 'MICROSOFT'
  | 'IDP_SIMULATOR'
  | 'SCALEKIT'
  | 'ADFS'
>

/** How far the setting-up of a connection came. */
export type ConnectionStatus = OpenEnum<'DRAFT' | 'IN_PROGRESS' | 'COMPLETED'>

/** What every answer says of a connection. */
export interface ConnectionSummary {
  readonly id: string
  readonly provider?: ConnectionProvider
  readonly type?: OpenEnum<'OIDC' | 'SAML'>
  readonly status?: ConnectionStatus
  /** It signs people in where this is true and `status` is `COMPLETED`. */
  readonly enabled: boolean
  readonly organizationId?: string
  readonly uiButtonTitle?: string
  readonly providerKey?: string
  readonly keyId?: string
  readonly mcpServerUrl?: string
}

/** A connection as lists have it. */
export interface ListedConnection extends ConnectionSummary {
  /** The email domains of its organization. */
  readonly domains?: readonly string[]
  readonly organizationName?: string
  readonly createdAt?: string
}

/** How an organization's people sign in. Times are in RFC 3339. */
export interface Connection extends ConnectionSummary {
  readonly debugEnabled?: boolean
  readonly configurationType?: OpenEnum<'DISCOVERY' | 'MANUAL'>
  readonly testConnectionUri?: string
  /** The identity provider's attributes, by Scalekit's. */
  readonly attributeMapping?: Readonly<Record<string, string>>
  readonly samlConfig?: SamlConfig
  readonly oidcConfig?: OidcConfig
  /** Of connections that are no single sign-on, with all their names in camelCase. */
  readonly oauthConfig?: Json
  readonly passwordlessConfig?: Json
  readonly staticConfig?: Json
  readonly webauthnConfig?: Json
  readonly googleDwdConfig?: Json
  readonly domains?: readonly ConnectionDomain[]
  readonly createTime?: string
  readonly updateTime?: string
}

/** How a SAML message travels. */
export type SamlBinding = OpenEnum<'POST' | 'REDIRECT' | 'HTTP_POST' | 'HTTP_REDIRECT'>

/** What a connection by SAML is set up with; `sp…` is Scalekit, `idp…` the identity provider. */
export interface SamlConfig {
  readonly spEntityId?: string
  readonly spAssertionUrl?: string
  readonly spMetadataUrl?: string
  readonly spSloUrl?: string
  readonly idpEntityId?: string
  readonly idpSsoUrl?: string
  readonly idpMetadataUrl?: string
  readonly idpCertificates?: readonly IdpCertificate[]
  readonly idpNameIdFormat?: OpenEnum<'UNSPECIFIED' | 'EMAIL' | 'TRANSIENT' | 'PERSISTENT'>
  readonly idpSsoRequestBinding?: SamlBinding
  readonly idpSloUrl?: string
  readonly idpSloRequestBinding?: SamlBinding
  readonly idpSloRequired?: boolean
  readonly samlSigningOption?: OpenEnum<
    | 'NO_SIGNING'
    | 'SAML_ONLY_RESPONSE_SIGNING'
    | 'SAML_ONLY_ASSERTION_SIGNING'
    | 'SAML_RESPONSE_ASSERTION_SIGNING'
    | 'SAML_RESPONSE_OR_ASSERTION_SIGNING'
  >
  readonly allowIdpInitiatedLogin?: boolean
  readonly assertionEncrypted?: boolean
  readonly wantRequestSigned?: boolean
  readonly forceAuthn?: boolean
  readonly certificateId?: string
  readonly defaultRedirectUri?: string
  readonly uiButtonTitle?: string
  readonly syncUserProfileOnLogin?: boolean
  readonly jitProvisioningWithSsoEnabled?: boolean
}

/** What an identity provider signs with. */
export interface IdpCertificate {
  readonly id?: string
  readonly certificate?: string
  readonly issuer?: string
  readonly expiryTime?: string
  readonly createTime?: string
}

/** What a connection by OpenID Connect is set up with. */
export interface OidcConfig {
  readonly authorizeUri?: string
  readonly tokenUri?: string
  readonly discoveryEndpoint?: string
  readonly userInfoUri?: string
  readonly jwksUri?: string
  readonly issuer?: string
  readonly redirectUri?: string
  readonly clientId?: string
  readonly clientSecret?: string
  /** The reference has one text, today's API a list. */
  readonly scopes?:
    | string
    | readonly OpenEnum<'openid' | 'profile' | 'email' | 'address' | 'phone'>[]
  readonly pkceEnabled?: boolean
  readonly tokenAuthType?: OpenEnum<'URL_PARAMS' | 'BASIC_AUTH'>
  readonly idpLogoutRequired?: boolean
  readonly postLogoutRedirectUri?: string
  readonly backchannelLogoutRedirectUri?: string
  readonly syncUserProfileOnLogin?: boolean
  readonly jitProvisioningWithSsoEnabled?: boolean
}

/** An email domain of the organization that a connection belongs to. */
export interface ConnectionDomain {
  readonly id?: string
  readonly domain?: string
  readonly environmentId?: string
  readonly organizationId?: string
  readonly domainType?: OpenEnum<'ORGANIZATION_DOMAIN' | 'ALLOWED_EMAIL_DOMAIN'>
  readonly verificationStatus?: OpenEnum<'PENDING' | 'VERIFIED' | 'FAILED'>
  readonly verificationMethod?: OpenEnum<'ADMIN' | 'DNS'>
  readonly txtRecordKey?: string
  readonly txtRecordSecret?: string
  readonly createTime?: string
  readonly updateTime?: string
}

/** Which connections; nothing means all of the environment. */
export interface ListConnectionsOptions {
  readonly organizationId?: string
  /** The email domain of the organization. */
  readonly domain?: string
  /**
   * Sent as it is. Scalekit lists only active connections (enabled, and set up to the end) unless
   * it is `all`.
   */
  readonly include?: string
}

/** One connection of one organization. */
export interface ConnectionRequest {
  readonly organizationId: string
  readonly id: string
}

/**
 * How the people of organizations sign in.
 *
 * Every operation rejects with an {@link ApiError}: `api_…` where the API failed or could not be
 * asked, `invalid_id` for an id that is none, and then nothing was sent.
 */
export interface ConnectionApi {
  /** @throws {@link ApiError} as every operation; `invalid_id` for a filter that is named and empty */
  listConnections(
    organizationId: string,
    options?: NamedArguments<Omit<ListConnectionsOptions, 'organizationId'>>,
  ): Promise<{ readonly connections: readonly ListedConnection[] }>
  listConnections(
    filter?: NamedArguments<ListConnectionsOptions>,
  ): Promise<{ readonly connections: readonly ListedConnection[] }>
  listConnectionsByDomain(
    domain: string,
    options?: NamedArguments<Pick<ListConnectionsOptions, 'include'>>,
  ): Promise<{ readonly connections: readonly ListedConnection[] }>
  listConnectionsByDomain(
    request: NamedArguments<{ readonly domain: string; readonly include?: string }>,
  ): Promise<{ readonly connections: readonly ListedConnection[] }>
  getConnection(
    organizationId: string,
    id: string,
    options?: CallOptions,
  ): Promise<{ readonly connection: Connection }>
  getConnection(
    request: NamedArguments<ConnectionRequest>,
  ): Promise<{ readonly connection: Connection }>
  enableConnection(organizationId: string, id: string, options?: CallOptions): Promise<Toggled>
  enableConnection(request: NamedArguments<ConnectionRequest>): Promise<Toggled>
  disableConnection(organizationId: string, id: string, options?: CallOptions): Promise<Toggled>
  disableConnection(request: NamedArguments<ConnectionRequest>): Promise<Toggled>
}
