import type { Call } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { clientBySecret, type OrganizationClient } from '../world/organization-clients.ts'
import { OAuthError } from './oauth-error.ts'

/** The client of a token request: the application itself, or a client of one organization. */
export type TokenClient = 'application' | OrganizationClient

/**
 * Authenticates the client by form parameters or by Basic authentication. An `Authorization` header
 * with another scheme is ignored: old clients send their last Bearer token along.
 *
 * @throws {@link OAuthError} `invalid_client`, or `invalid_request` for both methods at once
 */
export function authenticateClient(state: State, call: Call, params: URLSearchParams): TokenClient {
  const basic = basicCredentials(call.headers.authorization)
  if (basic && params.has('client_secret')) {
    throw new OAuthError(
      'invalid_request',
      'The client secret in the body cannot be combined with an Authorization header',
    )
  }
  const clientId = basic?.clientId ?? params.get('client_id')
  const clientSecret = basic?.clientSecret ?? params.get('client_secret')
  const isOther = params.has('client_id') && params.get('client_id') !== clientId
  const client = isOther ? undefined : clientWith(state, clientId, clientSecret)
  if (client) return client
  throw new OAuthError('invalid_client', 'client_id or client_secret is wrong')
}

function clientWith(
  { settings, organizationClients, clock }: State,
  clientId: string | null,
  clientSecret: string | null,
): TokenClient | undefined {
  if (clientId === settings.clientId && clientSecret === settings.clientSecret) return 'application'
  const client = organizationClients.get(clientId ?? '')
  const isThere = settings.organizations.some(({ id }) => id === client?.organizationId)
  if (!client || !isThere || clientSecret === null) return undefined
  return clientBySecret(client, clientSecret, clock())
}

function basicCredentials(authorization: string | undefined) {
  const [, encoded] = /^Basic +(\S+)$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) return undefined
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s)
  return { clientId: formDecoded(id), clientSecret: formDecoded(secret) }
}

/** RFC 6749 2.3.1: both halves are form-encoded before they are joined. */
function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? ''
}
