import type { Json } from '../ground/types.ts'
import { bytesOf, parseBody, type RawBody } from './body.ts'
import { readEvent, type ScalekitEvent } from './events.ts'
import type { RequestHeaders } from './headers.ts'
import { type InterceptorCall, readCall } from './interceptors.ts'
import { interceptorScheme, type Scheme, webhookScheme } from './scheme.ts'
import { type VerifyOptions, verifySignature } from './signature.ts'
import type { Secrets } from './signing-keys.ts'

/**
 * Checks that Scalekit signed a delivery within the tolerance, and parses it.
 *
 * @param rawBody The body exactly as received. A body that was parsed and serialized again never
 *   matches.
 * @param headers `req.headers`, or any object or `Headers` with the three `webhook-*` headers.
 * @param secret The endpoint's signing secret, `whsec_` followed by base64, or several during a
 *   rotation.
 * @param options `toleranceSeconds` Default: 300. `clock` Default: `Date.now`.
 * @returns the event; one with a type or version that this package does not know is returned as
 *   well
 * @throws WebhookError `webhook_headers_invalid`, `webhook_timestamp_invalid`,
 *   `webhook_signature_invalid`, `webhook_body_invalid` or `webhook_body_consumed`; ConfigError
 *   `config_invalid` for a malformed secret
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @example
 * app.post('/webhooks', express.raw({ type: 'application/json' }), (req, res) => {
 *   const event = verifyWebhook(req.body, req.headers, secret)
 *   res.sendStatus(204)
 * })
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
 * Like {@link verifyWebhook}, for an interceptor's request with its `interceptor-*` headers and its
 * own secret.
 *
 * @param rawBody The body exactly as received.
 * @param headers `req.headers`, or any object or `Headers` with the three `interceptor-*` headers.
 * @param secret The interceptor's signing secret, or several during a rotation.
 * @param options `toleranceSeconds` Default: 300. `clock` Default: `Date.now`.
 * @returns the call; its trigger point may be one that this package does not know
 * @throws as {@link verifyWebhook}
 * @example
 * app.post('/interceptors', express.raw({ type: 'application/json' }), (req, res) => {
 *   const call = verifyInterceptor(req.body, req.headers, secret)
 *   res.json({ decision: call.trigger_point === 'PRE_SIGNUP' ? 'DENY' : 'ALLOW' })
 * })
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
