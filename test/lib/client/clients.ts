import {
  type AuthorizationUrlOptions,
  ScalekitClient,
  type ScalekitClientOptions,
} from '../../../src/client.ts'
import type { Emulator } from '../../../src/testing.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import { codeChallenge, codeVerifier, redirectUri } from '../emulator/application.ts'

/** A client of an environment such as an emulator. */
export function clientOf(
  { environmentUrl, clientId, clientSecret }: Emulator['options'],
  options?: ScalekitClientOptions,
): ScalekitClient {
  return new ScalekitClient(environmentUrl, clientId, clientSecret, options)
}

/** What an authorization request of these tests says. */
export const request = {
  domain: 'acme.example',
  state: 'the-state',
  nonce: 'the-nonce',
  codeChallenge,
}

/** What belongs to its code. */
export const answer = { codeVerifier, nonce: 'the-nonce' }

/** Signs in by a client's URL, and answers the code that comes back. */
export async function codeBy(
  client: Pick<ScalekitClient, 'getAuthorizationUrl'>,
  options: AuthorizationUrlOptions = {},
  who = 'ada@acme.example',
): Promise<string> {
  const url = client.getAuthorizationUrl(redirectUri, { ...request, ...options })
  return new URL(await signInAt(url, who)).searchParams.get('code')!
}

/** A whole sign-in by a client. */
export async function signedIn(
  client: ScalekitClient,
  options: AuthorizationUrlOptions = {},
  who?: string,
) {
  const code = await codeBy(client, options, who)
  return client.authenticateWithCode(code, redirectUri, answer)
}
