import type { KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ScalekitError, WebhookError } from '../../ground/errors.ts'
import { signatureHeaders } from '../../webhooks/headers.ts'
import type { Scheme } from '../../webhooks/scheme.ts'
import { verifySignature } from '../../webhooks/signature.ts'
import type { Instance } from '../instance/instance.ts'
import { tell } from '../request/request-log.ts'
import { type BodyLimits, bodyTimeoutMs, closeAfterAnswer, rawBody } from './raw-body.ts'

/** The options of one kind of signed request: `config.webhooks` or `config.interceptors`. */
export interface SignedRequestOptions {
  /** The keys for verifying signatures. Without keys, every request is refused. */
  readonly secret: readonly KeyObject[]
  readonly toleranceSeconds: number
  readonly maxBytes: number
}

/** A request that Scalekit signed. */
export interface SignedRequest {
  readonly id: string
  readonly raw: Buffer
}

/**
 * Reads a request and verifies its signature over the raw bytes of the body.
 *
 * @throws {@link WebhookError}, or {@link ScalekitError} `method_not_allowed`
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function signedRequest(
  instance: Pick<Instance, 'clock' | 'logger'>,
  req: IncomingMessage,
  res: ServerResponse,
  scheme: Scheme,
  { secret: keys, toleranceSeconds, maxBytes }: SignedRequestOptions,
): Promise<SignedRequest> {
  const limits = { maxBytes, timeoutMs: bodyTimeoutMs }
  if (keys.length === 0)
    throw new WebhookError('webhook_not_expected', 'No signing secret is configured')
  if (req.method !== 'POST') {
    const headers = { Allow: 'POST' }
    res.setHeader('Allow', headers.Allow)
    throw new ScalekitError('method_not_allowed', 'This route must be called with POST', {
      headers,
    })
  }
  const raw = await signableBody(instance, req, scheme, limits).catch((error: unknown) => {
    closeAfterAnswer(req, res)
    throw error
  })
  const options = { toleranceSeconds, clock: instance.clock }
  return { id: verifySignature(raw, req.headers, keys, scheme, options), raw }
}

/** Reads the body, unless the headers already show that the signature cannot be valid. */
async function signableBody(
  instance: Pick<Instance, 'logger'>,
  req: IncomingMessage,
  scheme: Scheme,
  limits: BodyLimits,
): Promise<Buffer> {
  const { id: deliveryId } = signatureHeaders(req.headers, scheme)
  tell(instance, req, scheme.what, 'received', { deliveryId })
  return rawBody(req, limits)
}
