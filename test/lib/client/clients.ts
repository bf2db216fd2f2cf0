import { SignInClient } from '../../../src/lib/client/sign-in-client.ts'
import type { Clock } from '../../../src/lib/clock.ts'
import { type Fetch, sender } from '../../../src/lib/request.ts'
import { Secret } from '../../../src/lib/secret.ts'
import type { Emulator } from '../../../src/testing.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import { codeChallenge, codeVerifier, redirectUri } from '../emulator/application.ts'

interface ClientOptions {
  readonly clock?: Clock
  readonly fetch?: Fetch
  readonly timeoutMs?: number
}

/** A client of an environment such as an emulator. */
export function clientOf(
  { environmentUrl, clientId, clientSecret }: Emulator['options'],
  { clock = Date.now, ...options }: ClientOptions = {},
): SignInClient {
  const url = new URL(environmentUrl)
  return new SignInClient({
    client: {
      environmentUrl: url,
      issuer: url.origin,
      clientId,
      clientSecret: new Secret(clientSecret),
    },
    send: sender({ origins: [url.origin], ...options }),
    clock,
  })
}

/** What an authorization request of these tests says. */
export const request = {
  organizationId: 'acme',
  state: 'the-state',
  nonce: 'the-nonce',
  codeChallenge,
}

/** What belongs to its code. */
export const answer = { codeVerifier, nonce: 'the-nonce' }

/** Signs in by a client's URL, and answers the code that comes back. */
export async function codeBy(
  client: Pick<SignInClient, 'getAuthorizationUrl'>,
  options: Parameters<SignInClient['getAuthorizationUrl']>[1] = {},
  who = 'ada@acme.example',
): Promise<string> {
  const url = client.getAuthorizationUrl(redirectUri, { ...request, ...options })
  return new URL(await signInAt(url, who)).searchParams.get('code')!
}

/** A whole sign-in by a client. */
export async function signedIn(
  client: SignInClient,
  options: Parameters<SignInClient['getAuthorizationUrl']>[1] = {},
  who?: string,
) {
  const code = await codeBy(client, options, who)
  return client.authenticateWithCode(code, redirectUri, answer)
}
