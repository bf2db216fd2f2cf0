import type { Json } from '../ground/types.ts'

/**
 * Converts the names of a response to camelCase. The values below `untouched` names, as they are in
 * the API's JSON, have keys that are not Scalekit's. They are left unchanged.
 */
export function fromWire(value: unknown, untouched: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => fromWire(item, untouched))
  if (typeof value !== 'object' || value === null) return value
  const result: Record<string, unknown> = {}
  for (const name in value) {
    const member = (value as Json)[name]
    const isPlain = typeof member !== 'object' || untouched.has(name)
    result[camelCase(name)] = isPlain ? member : fromWire(member, untouched)
  }
  return result
}

/** Converts the names of a request to the API's snake_case. */
export function toWire(value: unknown, untouched: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => toWire(item, untouched))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]) => [
    snakeCase(name),
    untouched.has(name) ? member : toWire(member, untouched),
  ])
  return Object.fromEntries(entries)
}

/** The API has about 200 names. If there are more than this number, they are made up. */
const maxKnownNames = 1000
const knownNames = new Map<string, string>()

/** The result is never `__proto__`, so assigning it creates a plain member. */
function camelCase(name: string): string {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const camel = name.replace(/_([a-z0-9])/g, upperCase)
  if (knownNames.size < maxKnownNames) knownNames.set(name, camel)
  return camel
}

function upperCase(_match: string, letter: string): string {
  return letter.toUpperCase()
}

/** A name in snake_case is returned unchanged. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
