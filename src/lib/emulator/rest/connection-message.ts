import type { Json } from '../../ground/types.ts'
import { environmentId, stableId } from '../format/ids.ts'
import { apiTime } from '../format/time.ts'
import type { State } from '../state/state.ts'
import type { Connection, OwnedConnection } from '../world/organizations.ts'

/** A connection in a list. */
export function connectionListEntry(
  { times }: State,
  { organization, connection }: OwnedConnection,
): Json {
  const { id, provider, type, status, enabled } = connection
  return {
    id,
    provider,
    type,
    status,
    enabled,
    organization_id: organization.id,
    ui_button_title: '',
    domains: organization.domains,
    organization_name: organization.displayName,
    provider_key: provider,
    key_id: '',
    created_at: apiTime(times.createdAt(id)),
    mcp_server_url: '',
  }
}

/**
 * A connection with its whole configuration. Values that the emulator does not have are made up.
 */
export function connectionMessage(state: State, owned: OwnedConnection): Json {
  const { organization, connection } = owned
  const { id, provider, type, status, enabled } = connection
  return {
    id,
    provider,
    type,
    status,
    enabled,
    debug_enabled: false,
    organization_id: organization.id,
    ui_button_title: '',
    configuration_type: 'DISCOVERY',
    test_connection_uri: `${state.issuer}/sso/v1/connections/${id}/test`,
    attribute_mapping: { email: 'email', given_name: 'firstName', family_name: 'lastName' },
    create_time: apiTime(state.times.createdAt(id)),
    update_time: apiTime(state.times.updatedAt(id)),
    ...(type === 'SAML'
      ? { saml_config: samlConfig(state, connection) }
      : { oidc_config: oidcConfig(state, connection) }),
    provider_key: provider,
    domains: organization.domains.map((domain) => domainMessage(state, organization.id, domain)),
  }
}

/** A made-up identity provider of a customer, at an address that does not resolve. */
const idp = 'https://idp.example'

function samlConfig({ issuer }: State, { id }: Connection) {
  return {
    sp_entity_id: `${issuer}/sso/v1/saml/${id}`,
    sp_assertion_url: `${issuer}/sso/v1/saml/${id}/callback`,
    sp_metadata_url: `${issuer}/sso/v1/saml/${id}/metadata`,
    idp_metadata_url: `${idp}/${id}/metadata`,
    idp_entity_id: `${idp}/${id}`,
    idp_sso_url: `${idp}/${id}/sso`,
    idp_certificates: [],
    idp_slo_url: `${idp}/${id}/slo`,
    ui_button_title: '',
    idp_name_id_format: 'EMAIL',
    idp_sso_request_binding: 'HTTP_POST',
    idp_slo_request_binding: 'HTTP_POST',
    saml_signing_option: 'SAML_ONLY_RESPONSE_SIGNING',
    allow_idp_initiated_login: true,
    force_authn: false,
    assertion_encrypted: false,
    want_request_signed: false,
  }
}

function oidcConfig({ issuer }: State, { id }: Connection) {
  return {
    issuer: `${idp}/${id}`,
    discovery_endpoint: `${idp}/${id}/.well-known/openid-configuration`,
    authorize_uri: `${idp}/${id}/authorize`,
    token_uri: `${idp}/${id}/token`,
    user_info_uri: `${idp}/${id}/userinfo`,
    jwks_uri: `${idp}/${id}/keys`,
    client_id: `emulator-${id}`,
    client_secret: '',
    scopes: ['openid', 'profile', 'email'],
    token_auth_type: 'BASIC_AUTH',
    redirect_uri: `${issuer}/sso/v1/oidc/${id}/callback`,
    pkce_enabled: true,
  }
}

function domainMessage({ times }: State, organizationId: string, domain: string) {
  return {
    id: stableId('dom_', domain),
    domain,
    environment_id: environmentId,
    organization_id: organizationId,
    txt_record_key: '',
    txt_record_secret: '',
    verification_status: 'VERIFIED',
    create_time: apiTime(times.createdAt(organizationId)),
    update_time: apiTime(times.createdAt(organizationId)),
    domain_type: 'ORGANIZATION_DOMAIN',
    verification_method: 'ADMIN',
  }
}
