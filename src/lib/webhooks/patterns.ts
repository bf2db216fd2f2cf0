import { ConfigError } from '../ground/errors.ts'
import { quote } from '../ground/log.ts'
import { nearestName } from '../ground/nearest-name.ts'
import {
  type AliasedEventType,
  type EventAlias,
  type EventOf,
  type EventType,
  eventTypeOf,
  eventTypes,
  type ScalekitEvent,
  type UnknownEvent,
} from './events.ts'

/** `organization.directory.user_created` is below `organization` and `organization.directory`. */
export type EventPrefix<Type extends string = EventType> =
  Type extends `${infer Head}.${infer Tail}` ? Head | `${Head}.${EventPrefix<Tail>}` : never

/**
 * Selects events: one type, all types below a prefix such as `organization.directory.*`, or `*` for
 * all.
 */
export type EventPattern = EventType | EventAlias | `${EventPrefix}.*` | '*'

/** The events that a pattern matches. Only `*` also matches unknown events. */
export type MatchingEvent<Pattern extends EventPattern> = Pattern extends '*'
  ? ScalekitEvent | UnknownEvent
  : Pattern extends `${infer Head}.*`
    ? EventOf<Extract<EventType, `${Head}.${string}`>>
    : Pattern extends EventAlias
      ? EventOf<AliasedEventType<Pattern>>
      : Pattern extends EventType
        ? EventOf<Pattern>
        : never

/** A type whose handlers are looked up; `undefined` stands for all unknown types. */
export type HandledType = EventType | undefined

/**
 * Returns the types that a pattern matches.
 *
 * @throws {@link ConfigError} if it matches no type
 */
export function matchingTypes(pattern: EventPattern): readonly HandledType[] {
  if (pattern === '*') return [...eventTypes, undefined]
  const types = eventTypes.filter((type) => isMatch(type, pattern))
  if (types.length > 0) return types
  throw new ConfigError([`${quote(String(pattern))} is not an event type${adviceFor(pattern)}`])
}

function adviceFor(pattern: unknown): string {
  const nearest = typeof pattern === 'string' ? nearestName(pattern, eventTypes) : undefined
  return nearest === undefined
    ? ': write one, such as "role.created", or a prefix, such as "role.*"'
    : `; did you mean ${quote(nearest)}?`
}

function isMatch(type: EventType, pattern: string): boolean {
  return pattern.endsWith('.*')
    ? type.startsWith(pattern.slice(0, -1))
    : type === eventTypeOf(pattern)
}
