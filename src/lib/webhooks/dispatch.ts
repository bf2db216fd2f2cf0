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

/** Brings events to the application's handlers. */
export interface Dispatcher {
  /**
   * Adds a handler for one type, for everything below a prefix (`organization.directory.*`), or for
   * every event there is (`*`).
   *
   * @throws WebhookError `webhook_handler_late` after the first delivery, which it would have
   *   missed, or after `close`
   */
  on<Pattern extends EventPattern>(
    pattern: Pattern,
    handler: EventHandler<MatchingEvent<Pattern>>,
  ): void
  /**
   * Adds a handler for events of a type, or of a version of the format, that this package does not
   * know. Without one they are taken and nothing is done.
   *
   * @throws as `on`
   */
  onUnknown(handler: EventHandler<UnknownEvent>): void
  /** Says that no handler can be added any more. */
  close(): void
  /** Whether there is no handler at all. */
  readonly isEmpty: boolean
  /**
   * Runs all handlers of an event at once and waits for them to end, whatever becomes of the others.
   *
   * @throws WebhookError `webhook_handler_failed`, or `webhook_given_up` where each that failed threw
   *   a PermanentError; the cause is an AggregateError of what they threw
   */
  dispatch(event: ScalekitEvent | UnknownEvent, delivery?: Partial<Delivery>): Promise<void>
}

/** A handler of some event; the table of types says of which. */
type AnyHandler = EventHandler<never>

/**
 * Makes a dispatcher, with these handlers to begin with.
 *
 * @example
 * const dispatcher = createDispatcher({ onDirectoryUserCreated: ({ data }) => users.add(data) })
 * await dispatcher.dispatch(verifyWebhook(rawBody, headers, secret))
 *
 * @throws ConfigError for a handler whose name belongs to no event
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

/** The handlers of an object by what they are for. */
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

/** One failure does not keep the other handlers from their work. */
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

/** What whoever dispatches did not say. */
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
