import type { ServerResponse } from 'node:http'
import { busy, type Deliveries, type Outcome } from '../../deliveries/delivery.ts'
import { WebhookError } from '../../ground/errors.ts'
import { parseBody } from '../../webhooks/body.ts'
import { readEvent } from '../../webhooks/events.ts'
import type { RouteHandler } from '../instance/route.ts'
import { sendJson } from '../request/respond.ts'
import { type SignedRequestParts, signedRequest } from './signed-request.ts'

/** What the route of Scalekit's webhooks needs. */
export interface WebhookParts extends SignedRequestParts {
  readonly deliveries: Deliveries
}

/** `POST /webhooks`: hands an event on, and acknowledges it when it cannot be lost any more. */
export function webhooksRoute(parts: WebhookParts): RouteHandler {
  return async function webhooks(req, res) {
    const receivedAt = parts.clock()
    const { id: deliveryId, raw } = await signedRequest(req, res, parts)
    const event = readEvent(parseBody(raw))
    assertTyped(event)
    answer(res, await parts.deliveries.take({ deliveryId, raw, event, receivedAt }))
  }
}

/** What says not even of which type it is, is nobody's to handle. */
function assertTyped({ type }: { readonly type: unknown }): void {
  if (typeof type === 'string') return
  throw new WebhookError('webhook_body_invalid', 'The body has no type')
}

/** Only what took effect, never will, or is sure to be handled is acknowledged. */
const acknowledged: Partial<Record<Outcome, number>> = {
  handled: 201,
  queued: 201,
  'given-up': 201,
  done: 200,
}

function answer(res: ServerResponse, outcome: Outcome): void {
  const status = acknowledged[outcome]
  if (status === undefined) throw unacknowledged(outcome)
  sendJson(res, status, { status: outcome })
}

function unacknowledged(outcome: Outcome): WebhookError {
  if (outcome === 'busy') return busy()
  if (outcome !== 'late') return new WebhookError('webhook_handler_failed', 'A handler failed')
  return new WebhookError('webhook_late', 'The delivery is still being handled')
}
