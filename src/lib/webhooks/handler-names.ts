import { type EventType, eventTypes } from './events.ts'
import { type PascalCase, pascalCase } from './pascal-case.ts'

/**
 * The name of an event's handler: `organization.directory.user_created` is
 * `onDirectoryUserCreated`. `organization` is dropped if another noun follows, and kept if it is
 * the noun itself.
 */
export type EventHandlerName<Type extends EventType> =
  Type extends `organization.${infer Rest extends `${string}${'.' | '_'}${string}`}`
    ? `on${PascalCase<Rest>}`
    : `on${PascalCase<Type>}`

/** Computes {@link EventHandlerName} at run time. */
export function handlerName(type: EventType): string {
  return `on${pascalCase(type.replace(/^organization\.(?=[a-z]+[._])/, ''))}`
}

/** The event of every handler name. It is a map, so that an inherited name is never found. */
export const typeByHandlerName: ReadonlyMap<string, EventType> = new Map(
  eventTypes.map((type) => [handlerName(type), type]),
)

/** All names of event handlers. */
export const handlerNames: readonly string[] = [...typeByHandlerName.keys(), 'onUnknown']
