import { refreshTokenGrant } from 'openid-client'
import type { Provider } from './discovery.ts'
import { grantFailed, type Issued, readIssued } from './token-response.ts'

/**
 * Exchanges a refresh token for new tokens, once: Scalekit takes each only one time.
 *
 * @throws LoginError `refresh_token_rejected`: the session at Scalekit is over; `application_refused`;
 *   ScalekitError `provider_unavailable` or `provider_failed`: it may well go on
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
