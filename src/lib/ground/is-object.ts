import type { Json } from './types.ts'

/** Whether a value is an object as JSON has them: neither null nor a list. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
