import type { IncomingMessage, ServerResponse } from 'node:http'
import { busy, type Outcome } from '../../deliveries/delivery.ts'
import { deliveryFields } from '../../deliveries/delivery-log.ts'
import { WebhookError } from '../../ground/errors.ts'
import { plainOrQuoted } from '../../ground/log.ts'
import { parseBody } from '../../webhooks/body.ts'
import { readEvent } from '../../webhooks/events.ts'
import { webhookScheme } from '../../webhooks/scheme.ts'
import type { Instance } from '../instance/instance.ts'
import { tell } from '../request/request-log.ts'
import { sendJson } from '../request/respond.ts'
import { signedRequest } from './signed-request.ts'

/**
 * `POST /webhooks`: passes an event to its handlers or the queue. The event is acknowledged once it
 * cannot be lost.
 */
export async function webhooksRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { config, clock, deliveries } = instance
  const receivedAt = clock()
  const signed = await signedRequest(instance, req, res, webhookScheme, config.webhooks)
  const { id: deliveryId, raw } = signed
  const event = readEvent(parseBody(raw))
  assertTyped(event)
  const delivery = { deliveryId, raw, event, receivedAt }
  const what = `signature verified, ${plainOrQuoted(event.type)}`
  tell(instance, req, webhookScheme.what, what, deliveryFields(delivery))
  answer(res, await deliveries.take(delivery))
}

/** Rejects an event without a `type`: no handler can be chosen for it. */
function assertTyped({ type }: { readonly type: unknown }): void {
  if (typeof type === 'string') return
  throw new WebhookError('webhook_body_invalid', 'The body has no `type`')
}

/**
 * The acknowledged outcomes: the event took effect, was given up for good, or is certain to be
 * handled.
 */
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
