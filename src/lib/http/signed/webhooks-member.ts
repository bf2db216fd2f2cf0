import { ConfigError } from '../../ground/errors.ts'
import type { DeadLetter } from '../../state/store.ts'
import { bytesOf, parseBody, type RawBody } from '../../webhooks/body.ts'
import type { Dispatcher } from '../../webhooks/dispatch.ts'
import { readEvent, type ScalekitEvent } from '../../webhooks/events.ts'
import type { RequestHeaders } from '../../webhooks/headers.ts'
import { webhookScheme } from '../../webhooks/scheme.ts'
import { verifySignature } from '../../webhooks/signature.ts'
import type { Instance } from '../instance/instance.ts'

/** Scalekit's webhooks beside the route: handlers, and deliveries that came another way. */
export interface Webhooks extends Pick<Dispatcher, 'on' | 'onUnknown'> {
  /**
   * Reads a delivery that another server took.
   *
   * @throws WebhookError as the route would answer
   */
  verify(rawBody: RawBody, headers: RequestHeaders): ScalekitEvent
  /**
   * Does what a delivery of this event would: ends the sessions it ends, and runs the handlers.
   *
   * @throws WebhookError `webhook_handler_failed` or `webhook_given_up`; ScalekitError
   *   `store_unavailable` where the sessions cannot be ended, and then no handler runs
   */
  dispatch(event: ScalekitEvent): Promise<void>
  /** The deliveries that failed for good, oldest first. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /**
   * Handles a dead letter after all, and takes it away when it took effect.
   *
   * @param deliveryId The `webhook-id`, as {@link deadLetters} names it.
   * @returns Whether there was one.
   * @throws WebhookError `webhook_handler_failed` or `webhook_given_up`, and it stays a dead letter;
   *   `webhook_busy` while somebody else handles it; ConfigError where there are no handlers
   */
  replay(deliveryId: string): Promise<boolean>
}

/** @internal */
export function webhooksMember({
  clock,
  config,
  dispatcher,
  logger,
  react,
  replay,
  store,
}: Instance): Webhooks {
  const { secret: keys, toleranceSeconds } = config.webhooks

  function assertExpected(): void {
    if (keys.length > 0) return
    throw new ConfigError(['`webhooks.secret` is missing: set SCALEKIT_WEBHOOK_SECRET'])
  }

  return {
    on(pattern, handler) {
      assertExpected()
      dispatcher.on(pattern, handler)
    },
    onUnknown(handler) {
      assertExpected()
      dispatcher.onUnknown(handler)
    },
    verify(rawBody, headers) {
      assertExpected()
      const body = bytesOf(rawBody)
      verifySignature(body, headers, keys, webhookScheme, { toleranceSeconds, clock })
      return readEvent(parseBody(body))
    },
    async dispatch(event) {
      await react(event, clock())
      await dispatcher.dispatch(event, { log: logger })
    },
    deadLetters: () => store.ledger.deadLetters(),
    replay,
  }
}
