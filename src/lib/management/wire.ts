import type { Json } from '../ground/types.ts'

/**
 * Gives an answer its names in JavaScript. The values below `untouched` names, by their names on
 * the wire, have keys of other people's and stay as they are.
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

/** Gives what is sent its names on the wire. */
export function toWire(value: unknown, untouched: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => toWire(item, untouched))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]) => [
    snakeCase(name),
    untouched.has(name) ? member : toWire(member, untouched),
  ])
  return Object.fromEntries(entries)
}

/** The API has some two hundred names; more than these are made up. */
const maxKnownNames = 1000
const knownNames = new Map<string, string>()

/** `__proto__` does not come out of this, so what is assigned by such a name is a plain member. */
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

/** What is in snake_case already stays as it is. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
