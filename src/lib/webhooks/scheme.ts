import { type KeyReader, keyReader } from './signing-keys.ts'

/** What tells Scalekit's kinds of signed requests apart: the signature itself is the same. */
export interface Scheme {
  /** What the log calls such a request. */
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
  keysOf: keyReader(/^whsec_/),
}

export const interceptorScheme: Scheme = {
  what: 'interceptor',
  id: 'interceptor-id',
  timestamp: 'interceptor-timestamp',
  signature: 'interceptor-signature',
  // How these secrets begin is undocumented; Scalekit's SDK takes what follows the first `_`.
  keysOf: keyReader(/^[A-Za-z]+_/),
}
