import type { Json } from '../ground/types.ts'
import { bytesOf, parseBody, type RawBody } from './body.ts'
import { readEvent, type ScalekitEvent } from './events.ts'
import type { RequestHeaders } from './headers.ts'
import { type InterceptorCall, readCall } from './interceptors.ts'
import { interceptorScheme, type Scheme, webhookScheme } from './scheme.ts'
import { type VerifyOptions, verifySignature } from './signature.ts'
import type { Secrets } from './signing-keys.ts'

/**
 * Checks that Scalekit signed a delivery, and lately, and reads it.
 *
 * @param rawBody The body exactly as received; one that was parsed and written again never matches.
 * @param headers `req.headers`, or any object or `Headers` with the three `webhook-*` headers.
 * @param secret The endpoint's signing secret, `whsec_` followed by base64; several while one
 *   replaces another.
 * @throws WebhookError `webhook_headers_invalid`, `webhook_timestamp_invalid`,
 *   `webhook_signature_invalid`, `webhook_body_invalid` or `webhook_body_consumed`; ConfigError for
 *   a secret that is none
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function verifyWebhook(
  rawBody: RawBody,
  headers: RequestHeaders,
  secret: Secrets,
  options?: VerifyOptions,
): ScalekitEvent {
  return readEvent(verifiedBody(rawBody, headers, secret, webhookScheme, options))
}

/**
 * The same for the call of an interceptor, with its `interceptor-*` headers and its own secret.
 *
 * @throws as {@link verifyWebhook}
 */
export function verifyInterceptor(
  rawBody: RawBody,
  headers: RequestHeaders,
  secret: Secrets,
  options?: VerifyOptions,
): InterceptorCall {
  return readCall(verifiedBody(rawBody, headers, secret, interceptorScheme, options))
}

function verifiedBody(
  rawBody: RawBody,
  headers: RequestHeaders,
  secret: Secrets,
  scheme: Scheme,
  options?: VerifyOptions,
): Json {
  const body = bytesOf(rawBody)
  verifySignature(body, headers, scheme.keysOf(secret), scheme, options)
  return parseBody(body)
}
