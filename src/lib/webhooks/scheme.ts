import { type KeyReader, keyReader } from './signing-keys.ts'

/**
 * The differences between Scalekit's kinds of signed requests. Their signature is computed alike.
 */
export interface Scheme {
  /** The name of such a request in log lines. */
  readonly what: string
  /** The names of the headers, in lower case. */
  readonly id: string
  readonly timestamp: string
  readonly signature: string
  readonly keysOf: KeyReader
}

export const webhookScheme: Scheme = {
  what: 'webhook',
  id: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
  keysOf: keyReader({ pattern: /^whsec_/, expected: 'whsec_' }),
}

export const interceptorScheme: Scheme = {
  what: 'interceptor',
  id: 'interceptor-id',
  timestamp: 'interceptor-timestamp',
  signature: 'interceptor-signature',
  // The prefix of these secrets is undocumented. Scalekit's SDK uses the part after the first `_`.
  keysOf: keyReader({
    pattern: /^[A-Za-z]+_/,
    expected: 'its prefix: letters and an underscore, such as whsec_',
  }),
}
