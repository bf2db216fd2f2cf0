import type { Json, OpenEnum } from '../ground/types.ts'
import type { CallOptions } from './call.ts'
import type { NamedArguments } from './named.ts'
import type { Toggled } from './shapes.ts'

/** The identity provider or service of a connection. */
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

/** The progress of a connection's setup. */
export type ConnectionStatus = OpenEnum<'DRAFT' | 'IN_PROGRESS' | 'COMPLETED'>

/** The fields of a connection that every response has. */
export interface ConnectionSummary {
  readonly id: string
  readonly provider?: ConnectionProvider
  readonly type?: OpenEnum<'OIDC' | 'SAML'>
  readonly status?: ConnectionStatus
  /** Users can sign in through the connection if this is true and `status` is `COMPLETED`. */
  readonly enabled: boolean
  readonly organizationId?: string
  readonly uiButtonTitle?: string
  readonly providerKey?: string
  readonly keyId?: string
  readonly mcpServerUrl?: string
}

/** A connection in a list. */
export interface ListedConnection extends ConnectionSummary {
  /** The email domains of the connection's organization. */
  readonly domains?: readonly string[]
  readonly organizationName?: string
  readonly createdAt?: string
}

/** How an organization's users sign in. Times are in RFC 3339. */
export interface Connection extends ConnectionSummary {
  readonly debugEnabled?: boolean
  readonly configurationType?: OpenEnum<'DISCOVERY' | 'MANUAL'>
  readonly testConnectionUri?: string
  /** Maps Scalekit's attributes to those of the identity provider. */
  readonly attributeMapping?: Readonly<Record<string, string>>
  readonly samlConfig?: SamlConfig
  readonly oidcConfig?: OidcConfig
  /** Configuration of a connection that is not single sign-on. All names in it are in camelCase. */
  readonly oauthConfig?: Json
  readonly passwordlessConfig?: Json
  readonly staticConfig?: Json
  readonly webauthnConfig?: Json
  readonly googleDwdConfig?: Json
  readonly domains?: readonly ConnectionDomain[]
  readonly createTime?: string
  readonly updateTime?: string
}

/** The binding of a SAML message. */
export type SamlBinding = OpenEnum<'POST' | 'REDIRECT' | 'HTTP_POST' | 'HTTP_REDIRECT'>

/** Configuration of a SAML connection: `sp…` is Scalekit, `idp…` the identity provider. */
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

/** The certificate with which an identity provider signs. */
export interface IdpCertificate {
  readonly id?: string
  readonly certificate?: string
  readonly issuer?: string
  readonly expiryTime?: string
  readonly createTime?: string
}

/** Configuration of an OpenID Connect connection. */
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
  /** A string in Scalekit's reference, an array in today's API. */
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

/** Filters for connections. Without any, lists all connections of the environment. */
export interface ListConnectionsOptions {
  readonly organizationId?: string
  /** The email domain of the organization. */
  readonly domain?: string
  /**
   * Sent unchanged. Scalekit lists only active connections (enabled and completely set up), unless
   * it is `all`.
   */
  readonly include?: string
}

/** Identifies one connection of one organization. */
export interface ConnectionRequest {
  readonly organizationId: string
  readonly id: string
}

/**
 * Manages the connections through which the users of organizations sign in.
 *
 * Arguments are passed one by one, or by their names in one object together with `signal` and
 * `timeoutMs`.
 *
 * Every operation rejects with an {@link ApiError}: `api_…` if the API failed or could not be
 * reached, `invalid_id` for a malformed id. In the latter case, no request was sent.
 */
export interface ConnectionApi {
  /**
   * Lists the connections of an organization, or of the environment.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param options The filters `domain` and `include`. One object in place of both arguments holds
   *   all filters, or none.
   * @returns the connections, as `{ connections }`
   * @throws {@link ApiError} as every operation; `invalid_id` for a filter that is present but
   *   empty
   */
  listConnections(
    organizationId: string,
    options?: NamedArguments<Omit<ListConnectionsOptions, 'organizationId'>>,
  ): Promise<{ readonly connections: readonly ListedConnection[] }>
  listConnections(
    filter?: NamedArguments<ListConnectionsOptions>,
  ): Promise<{ readonly connections: readonly ListedConnection[] }>
  /**
   * Lists the connections of the organization that has an email domain.
   *
   * @param domain The email domain, e.g. `acme.example`.
   * @param options `include`: `all` lists connections that are not active as well.
   * @returns the connections, as `{ connections }`
   * @throws {@link ApiError} as every operation
   */
  listConnectionsByDomain(
    domain: string,
    options?: NamedArguments<Pick<ListConnectionsOptions, 'include'>>,
  ): Promise<{ readonly connections: readonly ListedConnection[] }>
  listConnectionsByDomain(
    request: NamedArguments<{ readonly domain: string; readonly include?: string }>,
  ): Promise<{ readonly connections: readonly ListedConnection[] }>
  /**
   * Returns one connection with its whole configuration.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param id The id of the connection, `conn_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns the connection, as `{ connection }`
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  getConnection(
    organizationId: string,
    id: string,
    options?: CallOptions,
  ): Promise<{ readonly connection: Connection }>
  getConnection(
    request: NamedArguments<ConnectionRequest>,
  ): Promise<{ readonly connection: Connection }>
  /**
   * Enables a connection, so that users can sign in through it.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param id The id of the connection, `conn_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns whether it is enabled now, and an `errorMessage` if that is not what was requested
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  enableConnection(organizationId: string, id: string, options?: CallOptions): Promise<Toggled>
  enableConnection(request: NamedArguments<ConnectionRequest>): Promise<Toggled>
  /**
   * Disables a connection. Users can then no longer sign in through it.
   *
   * @param organizationId Scalekit's id, `org_…`.
   * @param id The id of the connection, `conn_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns whether it is enabled now, and an `errorMessage` if that is not what was requested
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  disableConnection(organizationId: string, id: string, options?: CallOptions): Promise<Toggled>
  disableConnection(request: NamedArguments<ConnectionRequest>): Promise<Toggled>
}
