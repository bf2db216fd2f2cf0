import type { KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Deliveries, Outcome } from '../auth/delivery.ts'
import type { Clock } from '../clock.ts'
import { WebhookError } from '../errors.ts'
import { parseBody } from '../webhooks/body.ts'
import { readEvent } from '../webhooks/events.ts'
import { webhookScheme } from '../webhooks/scheme.ts'
import { verifySignature } from '../webhooks/signature.ts'
import { type BodyLimits, rawBody } from './raw-body.ts'
import { sendJson } from './respond.ts'

/** What the route of Scalekit's webhooks needs. */
export interface WebhookParts {
  readonly keys: readonly KeyObject[]
  readonly toleranceSeconds: number
  readonly limits: BodyLimits
  readonly deliveries: Deliveries
  readonly clock: Clock
}

/**
 * `POST /webhooks`: verifies the signature over the bytes as they came, hands the event on, and
 * acknowledges it when it took effect.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function webhooksRoute(
  parts: WebhookParts,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { keys, limits, clock, toleranceSeconds } = parts
  return async function webhooks(req, res) {
    if (keys.length === 0)
      throw new WebhookError('webhook_not_expected', 'Nothing is expected here')
    if (req.method !== 'POST') {
      res.setHeader('Allow', 'POST')
      throw new WebhookError('method_not_allowed', 'A webhook is sent with POST')
    }
    const receivedAt = clock()
    const raw = await rawBody(req, limits)
    const options = { toleranceSeconds, clock }
    const deliveryId = verifySignature(raw, req.headers, keys, webhookScheme, options)
    const event = readEvent(parseBody(raw))
    answer(res, await parts.deliveries.take({ deliveryId, raw, event, receivedAt }))
  }
}

/** Only what took effect, or never will, is acknowledged. */
const acknowledged: Partial<Record<Outcome, number>> = { handled: 201, 'given-up': 201, done: 200 }

function answer(res: ServerResponse, outcome: Outcome): void {
  const status = acknowledged[outcome]
  if (status !== undefined) sendJson(res, status, { status: outcome })
  else if (outcome === 'busy') throw new WebhookError('webhook_busy', 'It is being handled')
  else if (outcome === 'late') throw new WebhookError('webhook_late', 'It is still being handled')
  else throw new WebhookError('webhook_handler_failed', 'A handler failed')
}
