import { type React, reactions } from '../../auth/reactions.ts'
import type { Config } from '../../config/config.ts'
import type { Deliveries } from '../../deliveries/delivery.ts'
import { durableDeliveries } from '../../deliveries/durable-deliveries.ts'
import { type InlineParts, inlineDeliveries } from '../../deliveries/inline-deliveries.ts'
import { type Replay, replayWith } from '../../deliveries/replay.ts'
import { transactionSeconds } from '../../oidc/transaction.ts'
import { createDispatcher, type Dispatcher } from '../../webhooks/dispatch.ts'
import { interceptWith } from '../../webhooks/intercept.ts'
import { interceptorScheme, webhookScheme } from '../../webhooks/scheme.ts'
import type { InterceptorParts } from '../signed/interceptors.ts'
import { bodyTimeoutMs } from '../signed/raw-body.ts'
import type { WebhookParts } from '../signed/webhooks.ts'
import type { Ground } from './instance.ts'

/** What Scalekit comes in by. */
export interface SignedParts {
  readonly webhooks: WebhookParts
  readonly interceptors: InterceptorParts
  readonly dispatcher: Dispatcher
  readonly react: React
  readonly replay: Replay
}

export function signedPartsOf(config: Config, ground: Ground): SignedParts {
  const deliveryParts = deliveryPartsOf(config, ground)
  const { dispatcher, react } = deliveryParts
  return {
    webhooks: {
      scheme: webhookScheme,
      keys: config.webhookKeys,
      toleranceSeconds: config.webhookToleranceSeconds,
      limits: { maxBytes: config.webhookMaxBytes, timeoutMs: bodyTimeoutMs },
      deliveries: deliveriesBy(config, deliveryParts),
      clock: config.clock,
    },
    interceptors: interceptorPartsOf(config),
    dispatcher,
    react,
    replay: replayWith(deliveryParts),
  }
}

function deliveryPartsOf(
  config: Config,
  { store, revocations, events, logger }: Ground,
): InlineParts {
  const { client, clock, revokeOn, absoluteSeconds } = config
  return {
    ledger: store.ledger,
    dispatcher: createDispatcher(config.webhookHandlers),
    react: reactions({
      issuer: client.issuer,
      revocations,
      revokeOn,
      longestSessionMs: (absoluteSeconds + transactionSeconds) * 1000,
      clock,
    }),
    emit: events.emit,
    logger,
    clock,
    timeoutMs: config.webhookTimeoutMs,
  }
}

function interceptorPartsOf(config: Config): InterceptorParts {
  return {
    scheme: interceptorScheme,
    keys: config.interceptorKeys,
    toleranceSeconds: config.interceptorToleranceSeconds,
    limits: { maxBytes: config.interceptorMaxBytes, timeoutMs: bodyTimeoutMs },
    intercept: interceptWith({
      handlers: config.interceptorHandlers,
      onFailure: config.interceptorOnFailure,
      timeoutMs: config.interceptorTimeoutMs,
      logger: config.logger,
    }),
    clock: config.clock,
  }
}

function deliveriesBy({ webhookDelivery }: Config, parts: InlineParts): Deliveries {
  if (webhookDelivery === 'inline') return inlineDeliveries(parts)
  return durableDeliveries({ ...parts, queue: webhookDelivery })
}
