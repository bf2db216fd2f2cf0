import { optionalFunction, readFields } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import { prefixOf, type Report } from './group.ts'

/** Whether the group has a handler with one of these names. */
export function hasHandler(group: object, names: readonly string[]): boolean {
  return names.some((name) => name in group)
}

/** Reads the handlers of a group. Each must be a function or `undefined`. */
export function readHandlers<Handlers extends object>(
  group: string,
  given: unknown,
  names: readonly string[],
  report: Report,
): Handlers {
  const named = Object.entries(isObject(given) ? given : {})
    .filter(([name, handler]) => names.includes(name) && handler !== undefined)
    .map(([name, handler]) => [name, () => optionalFunction(handler)])
  return readFields<Handlers>(Object.fromEntries(named), report.problems, prefixOf(group))
}
