import { ConfigError } from '../../ground/errors.ts'
import type { DeadLetter } from '../../state/store.ts'
import { bytesOf, parseBody, type RawBody } from '../../webhooks/body.ts'
import type { Dispatcher } from '../../webhooks/dispatch.ts'
import { readEvent, type ScalekitEvent } from '../../webhooks/events.ts'
import type { RequestHeaders } from '../../webhooks/headers.ts'
import { webhookScheme } from '../../webhooks/scheme.ts'
import { verifySignature } from '../../webhooks/signature.ts'
import type { Instance } from '../instance/instance.ts'

/**
 * Scalekit's webhooks apart from the route: handlers, dead letters, and deliveries that arrived by
 * another server or queue.
 */
export interface Webhooks {
  /**
   * Adds a handler for one event type, for all types below a prefix (`organization.directory.*`),
   * or for every event (`*`).
   *
   * @param pattern The type, the prefix with `.*`, or `*`.
   * @param handler If it throws or rejects, the event is delivered again, unless the error is a
   *   {@link PermanentError}.
   * @throws {@link ConfigError} `config_invalid` without a signing secret, for a pattern that
   *   matches no type, or for a handler that is not a function; {@link WebhookError}
   *   `webhook_handler_late` after the first delivery, which the handler would have missed
   * @example auth.webhooks.on('organization.directory.*', ({ type, data }) => sync(type, data))
   */
  readonly on: Dispatcher['on']
  /**
   * Adds a handler for events of an unknown type or of an unknown version of the format. Without
   * such a handler they are acknowledged and ignored.
   *
   * @param handler As of {@link Webhooks.on}.
   * @throws as {@link Webhooks.on}
   */
  readonly onUnknown: Dispatcher['onUnknown']
  /**
   * Verifies a delivery that another server received.
   *
   * @param rawBody The bytes of the body, unchanged.
   * @param headers The headers of the delivery.
   * @returns the event
   * @throws {@link WebhookError} `webhook_headers_invalid`, `webhook_timestamp_invalid`,
   *   `webhook_signature_invalid`, `webhook_body_invalid` or `webhook_body_consumed`;
   *   {@link ConfigError} `config_invalid` without a signing secret
   * @example const event = auth.webhooks.verify(message.body, message.headers)
   */
  verify(rawBody: RawBody, headers: RequestHeaders): ScalekitEvent
  /**
   * Handles an event like a delivery: ends the sessions that it ends, and runs the handlers.
   *
   * @param event From {@link Webhooks.verify}.
   * @throws {@link WebhookError} `webhook_handler_failed` or `webhook_given_up`;
   *   {@link ScalekitError} `store_unavailable` if the sessions cannot be ended, in which case no
   *   handler runs
   * @example await auth.webhooks.dispatch(auth.webhooks.verify(message.body, message.headers))
   */
  dispatch(event: ScalekitEvent): Promise<void>
  /** Returns the deliveries that failed permanently, oldest first. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /**
   * Handles a dead letter again, and removes it if that succeeds.
   *
   * @param deliveryId The `webhook-id` of the delivery, from {@link deadLetters}.
   * @returns whether there was a dead letter by this id
   * @throws {@link WebhookError} `webhook_handler_failed` or `webhook_given_up`, in which case it
   *   stays a dead letter; `webhook_busy` while another process handles it; {@link ConfigError}
   *   `config_invalid` if there are no handlers
   * @example
   * for (const { deliveryId } of await auth.webhooks.deadLetters()) {
   *   await auth.webhooks.replay(deliveryId)
   * }
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
