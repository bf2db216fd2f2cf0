import { isObject } from './is-object.ts'
import { nearestName } from './nearest-name.ts'

/** Reads one field. Throws an Error whose message completes the sentence "`name` …". */
export type Field<Value> = () => Value

/**
 * Reads every field, so that one error can report all problems.
 *
 * @param problems Receives a sentence for each field that could not be read.
 * @param prefix The beginning of each name in these sentences, e.g. `session.`.
 */
export function readFields<Shape extends object>(
  fields: { readonly [Name in keyof Shape]: Field<Shape[Name]> },
  problems: string[],
  prefix = '',
): Shape {
  const values: Partial<Shape> = {}
  for (const name of Object.keys(fields) as (keyof Shape & string)[]) {
    try {
      values[name] = fields[name]()
    } catch (error) {
      problems.push(`\`${prefix}${name}\` ${(error as Error).message}`)
    }
  }
  // The caller throws when there are problems, so a missing value is never seen.
  return values as Shape
}

/** Returns a sentence for each name in `given` that `known` lacks, with the nearest known name. */
export function unknownNames(given: unknown, known: readonly string[], prefix = ''): string[] {
  if (given === undefined) return []
  if (!isObject(given)) return [`${nameOf(prefix)} must be an object`]
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const nearest = nearestName(name, known)
      const suggestion = nearest ? `; did you mean \`${prefix}${nearest}\`?` : ''
      return `\`${prefix}${name}\` is not an option${suggestion}`
    })
}

/** The name of a group, e.g. `options` for the prefix `options.`. */
function nameOf(prefix: string): string {
  return prefix === '' ? 'the argument' : `\`${prefix.slice(0, -1)}\``
}

/**
 * A non-empty string without quotes, spaces or line breaks around it, such as a careless paste
 * leaves.
 */
export function nonEmptyString(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Error('must be a non-empty string')
  if (/^["'`]|["'`]$/.test(value)) throw new Error('has quotes around it: remove them')
  if (/^\s|\s$|\p{Cc}/u.test(value)) {
    throw new Error('has white space or a line break in it: remove it')
  }
  return value
}

/** An absolute http or https URL. */
export function webUrl(value: unknown): URL {
  const spelled = value instanceof URL ? value.href : nonEmptyString(value)
  const url = URL.canParse(spelled) ? new URL(spelled) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Error('must be a URL such as https://app.example')
  }
  if (url.username || url.password) throw new Error('must not contain a user name or a password')
  return url
}

/** A URL without path, query and fragment. A trailing slash is removed. */
export function originUrl(value: unknown): URL {
  const url = webUrl(value)
  if (url.pathname !== '/' || url.search || url.hash) {
    throw new Error(`must not have a path, a query or a fragment: write ${url.origin}`)
  }
  return url
}

/** A path that begins with a slash and does not end with one. */
export function path(value: unknown): string {
  if (typeof value !== 'string' || !/^(\/[\w.~-]+)+$/.test(value) || /\/\.\.?(\/|$)/.test(value)) {
    throw new Error('must be a path such as /auth/login')
  }
  return value
}

/** A number of seconds or milliseconds greater than zero. */
export function positive(value: unknown): number {
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
    throw new Error('must be a number greater than 0')
  }
  return value
}

/** A count: a whole number greater than 0. */
export function wholeNumber(value: unknown): number {
  const number = positive(value)
  if (!Number.isInteger(number)) throw new Error('must be a whole number greater than 0')
  return number
}

/** A duration in whole seconds. */
export function wholeSeconds(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw new Error('must be a whole number of seconds greater than 0')
}

/** An array of non-empty strings. If `allowed` is given, each must be one of them. */
export function strings<Value extends string>(
  value: unknown,
  allowed?: readonly Value[],
): readonly Value[] {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string' && item)
  if (!isList) throw new Error('must be an array of non-empty strings')
  const unknown = allowed && value.find((item) => !allowed.includes(item))
  if (unknown !== undefined) {
    throw new Error(`must contain only ${allowed!.join(', ')}, not ${JSON.stringify(unknown)}`)
  }
  return [...value]
}

/** A string or `undefined`. */
export function optionalString(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw new Error('must be a string')
}

/** One of these strings. */
export function oneOf<const Value extends string>(
  value: unknown,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((candidate) => candidate === value)
  if (found !== undefined) return found
  throw new Error(`must be ${allowed.map((name) => JSON.stringify(name)).join(' or ')}`)
}

/** A boolean, never a string: `'false'` from an environment variable would count as true. */
export function trueOrFalse(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error('must be true or false')
  return value
}

/** A function or `undefined`. */
export function optionalFunction<Value>(value: unknown): Value | undefined {
  if (value === undefined || typeof value === 'function') return value as Value | undefined
  throw new Error('must be a function')
}

/** An object with these methods. */
export function withMethods<Value>(value: unknown, methods: readonly string[]): Value {
  const shape = value as Record<string, unknown> | null | undefined
  const missing = methods.find((name) => typeof shape?.[name] !== 'function')
  if (missing) throw new Error(`must be an object with a ${missing}() method`)
  return value as Value
}
