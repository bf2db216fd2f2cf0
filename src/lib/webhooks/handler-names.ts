import { type EventType, eventTypes } from './events.ts'
import { type PascalCase, pascalCase } from './pascal-case.ts'

/**
 * The name of an event's handler: `organization.directory.user_created` is `onDirectoryUserCreated`.
 * `organization` is left out where another noun follows, and stays where it is the noun itself.
 */
export type EventHandlerName<Type extends EventType> =
  Type extends `organization.${infer Rest extends `${string}${'.' | '_'}${string}`}`
    ? `on${PascalCase<Rest>}`
    : `on${PascalCase<Type>}`

/** The same at run time. */
export function handlerName(type: EventType): string {
  return `on${pascalCase(type.replace(/^organization\.(?=[a-z]+[._])/, ''))}`
}

/** Every handler's name with its event. A map, so that no inherited name is ever found. */
export const typeByHandlerName: ReadonlyMap<string, EventType> = new Map(
  eventTypes.map((type) => [handlerName(type), type]),
)

/** Every name that a handler may have. */
export const handlerNames: readonly string[] = [...typeByHandlerName.keys(), 'onUnknown']
