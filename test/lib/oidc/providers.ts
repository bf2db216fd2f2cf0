import { Secret } from '../../../src/lib/ground/secret.ts'
import type { Client, Provider } from '../../../src/lib/oidc/discovery.ts'
import { discoverOnce } from '../../../src/lib/oidc/discovery.ts'
import type { Send } from '../../../src/lib/outgoing/request.ts'
import type { Answer, Call } from '../../../src/lib/outgoing/transport.ts'
import { clientId, issuer, now } from './tokens.ts'

export const client: Client = {
  environmentUrl: new URL(issuer),
  issuer,
  clientId,
  clientSecret: new Secret('live_planted_client_secret'),
}

/** A discovery document as Scalekit's, with any part replaced; `undefined` takes it away. */
export function discoveryDocument(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/keys`,
    end_session_endpoint: `${issuer}/oidc/logout`,
    ...changes,
  }
}

export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(value)),
  }
}

/** The provider as discovery finds it; every other call is answered by `answer`. */
export function discovered(
  answer: (call: Call) => Answer | Promise<Answer> = () => json(404, {}),
  document: object = discoveryDocument(),
): Promise<Provider> {
  const send: Send = async (call) =>
    call.path.startsWith('/.well-known/') ? json(200, document) : answer(call)
  return discoverOnce(client, { send, clock: () => now })()
}
