import { ConfigError, PermanentError, WebhookError } from '../ground/errors.ts'
import { unknownNames } from '../ground/fields.ts'
import { callHook } from '../ground/hooks.ts'
import { consoleLogger, quote, textOfThrown } from '../ground/log.ts'
import { eventTypeOf, isDocumented, type ScalekitEvent, type UnknownEvent } from './events.ts'
import { handlerNames, typeByHandlerName } from './handler-names.ts'
import type { Delivery, EventHandler, EventHandlers } from './handlers.ts'
import {
  type EventPattern,
  type HandledType,
  type MatchingEvent,
  matchingTypes,
} from './patterns.ts'

/** Passes events to the application's handlers. */
export interface Dispatcher {
  /**
   * Adds a handler for one event type, for all types below a prefix (`organization.directory.*`),
   * or for every event (`*`).
   *
   * @param pattern The type, the prefix with `.*`, or `*`.
   * @param handler If it throws or rejects, the event is delivered again, unless the error is a
   *   PermanentError.
   * @throws ConfigError `config_invalid` for a pattern that matches no type, or a handler that is
   *   not a function
   * @throws WebhookError `webhook_handler_late` after the first delivery, which the handler would
   *   have missed, or after `close`
   * @example dispatcher.on('organization.directory.*', ({ type, data }) => sync(type, data))
   */
  on<Pattern extends EventPattern>(
    pattern: Pattern,
    handler: EventHandler<MatchingEvent<Pattern>>,
  ): void
  /**
   * Adds a handler for events of an unknown type or of an unknown version of the format. Without
   * such a handler they are acknowledged and ignored.
   *
   * @param handler As of `on`.
   * @throws as `on`
   */
  onUnknown(handler: EventHandler<UnknownEvent>): void
  /** Forbids adding further handlers. */
  close(): void
  /** Whether there are no handlers. */
  readonly isEmpty: boolean
  /**
   * Runs all handlers of an event concurrently and waits until all have ended, even if some fail.
   * From then on, no handler can be added.
   *
   * @param event From `verifyWebhook`.
   * @param delivery The members of the handlers' second argument. Default: `deliveryId` is the
   *   event's id, `attempt` is 1, and `log` is the console.
   * @throws WebhookError `webhook_handler_failed`, or `webhook_given_up` if every failed handler
   *   threw a PermanentError; the cause is an AggregateError of their errors
   */
  dispatch(event: ScalekitEvent | UnknownEvent, delivery?: Partial<Delivery>): Promise<void>
}

/** A handler of any event type. The dispatcher keeps those of each type apart. */
type AnyHandler = EventHandler<never>

/**
 * Creates a dispatcher.
 *
 * @param handlers The initial handlers. Default: none.
 * @returns the dispatcher, to which handlers can be added until its first delivery
 *
 * @example
 * const dispatcher = createDispatcher({ onDirectoryUserCreated: ({ data }) => users.add(data) })
 * await dispatcher.dispatch(verifyWebhook(rawBody, headers, secret))
 *
 * @throws ConfigError `config_invalid` for a handler whose name belongs to no event, or that is not
 *   a function
 */
export function createDispatcher(handlers: EventHandlers = {}): Dispatcher {
  const handlersByType = new Map<HandledType, readonly AnyHandler[]>()
  let isClosed = false

  function add(types: readonly HandledType[], handler: AnyHandler): void {
    if (isClosed) throw late()
    for (const type of types) {
      handlersByType.set(type, [...(handlersByType.get(type) ?? []), handler])
    }
  }

  for (const [type, handler] of named(handlers)) add([type], handler)
  return {
    get isEmpty() {
      return handlersByType.size === 0
    },
    on: (pattern, handler) => add(matchingTypes(pattern), callable(handler, 'handler')),
    onUnknown: (handler) => add([undefined], callable(handler, 'handler')),
    close() {
      isClosed = true
    },
    async dispatch(event, delivery = {}) {
      isClosed = true
      const type = isDocumented(event) ? eventTypeOf(event.type) : undefined
      await runAll(handlersByType.get(type) ?? [], event, completed(delivery, event))
    },
  }
}

/** Returns the handlers of an object with the type that each handles. */
function named(handlers: EventHandlers): [HandledType, AnyHandler][] {
  const problems = unknownNames(handlers, handlerNames)
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.entries(handlers)
    .filter(([, handler]) => handler !== undefined)
    .map(([name, handler]) => [typeByHandlerName.get(name), callable(handler, name)])
}

function callable(handler: unknown, name: string): AnyHandler {
  if (typeof handler === 'function') return handler as AnyHandler
  throw new ConfigError([`\`${name}\` must be a function`])
}

function late(): WebhookError {
  return new WebhookError(
    'webhook_handler_late',
    'The handler was added after the first delivery',
    {
      hint: 'Add every handler right after scalekitAuth(), before the application listens.',
    },
  )
}

/** Runs all handlers: the failure of one does not stop the others. */
async function runAll(
  handlers: readonly AnyHandler[],
  event: ScalekitEvent | UnknownEvent,
  delivery: Delivery,
): Promise<void> {
  const ended = await Promise.allSettled(
    handlers.map((handler) => callHook(() => handler(event as never, delivery))),
  )
  const errors = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
  if (errors.length > 0) throw failure(errors, event)
}

function failure(errors: readonly unknown[], event: ScalekitEvent | UnknownEvent): WebhookError {
  const isHopeless = errors.every((error) => error instanceof PermanentError)
  return new WebhookError(
    isHopeless ? 'webhook_given_up' : 'webhook_handler_failed',
    `${errors.length} ${errors.length === 1 ? 'handler' : 'handlers'} of ${quote(String(event.type))} failed`,
    { cause: new AggregateError(errors, errors.map(textOfThrown).join('; ')) },
  )
}

/** Adds the members of a delivery that the caller left out. */
function completed(delivery: Partial<Delivery>, event: ScalekitEvent | UnknownEvent): Delivery {
  return {
    deliveryId: event.id,
    attempt: 1,
    receivedAt: Date.now(),
    raw: delivery.raw ?? Buffer.from(JSON.stringify(event)),
    signal: new AbortController().signal,
    log: consoleLogger({}),
    ...delivery,
  }
}
