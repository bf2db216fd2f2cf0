import { refreshTokenGrant } from 'openid-client'
import type { Provider } from './discovery.ts'
import { grantFailed, type Issued, readIssued } from './token-response.ts'

/**
 * Exchanges a refresh token for new tokens. It is never retried, because Scalekit accepts each
 * token once.
 *
 * @throws LoginError `refresh_token_rejected` if the session at Scalekit has ended, or
 *   `application_refused`. ScalekitError `provider_unavailable` or `provider_failed`; the session
 *   at Scalekit may then still be valid.
 * @see RFC 6749 section 6, OpenID Connect Core 12
 */
export async function refreshTokens(
  { configuration }: Provider,
  refreshToken: string,
): Promise<Issued> {
  const response = await refreshTokenGrant(configuration, refreshToken).catch((cause) =>
    grantFailed(cause, {
      code: 'refresh_token_rejected',
      message: 'Scalekit refused the refresh token',
    }),
  )
  return readIssued(response)
}
