import { isObject } from '../../ground/is-object.ts'
import type { Json } from '../../ground/types.ts'
import type { FieldViolation } from './rest-error.ts'

/**
 * Reads one field of a request. An absent field is undefined.
 *
 * @throws {@link Violations}
 */
export type Rule<Value> = (value: unknown) => Value

export type Rules = Readonly<Record<string, Rule<unknown>>>

export type Values<Shape extends Rules> = {
  readonly [Name in keyof Shape]: ReturnType<Shape[Name]>
}

/** All problems of a value, or of the fields of a message. */
export class Violations extends Error {
  readonly list: readonly FieldViolation[]

  constructor(list: readonly FieldViolation[]) {
    super(list.map(({ field, description }) => `${field} ${description}`).join('; '))
    this.list = list
  }
}

export interface TextLimits {
  readonly min?: number
  readonly max?: number
  readonly prefix?: string
  readonly pattern?: RegExp
}

/** A string; empty if absent. Its length is counted in characters, as in protobuf. */
export function text({
  min = 0,
  max = Infinity,
  prefix = '',
  pattern,
}: TextLimits = {}): Rule<string> {
  return (value = '') => {
    if (typeof value !== 'string') throw broken('must be a string', 'type=string')
    const { length } = [...value]
    if (length < min) {
      throw broken(`must have at least ${min} characters`, `str.min_len=${min}`)
    }
    if (length > max) throw broken(`must have at most ${max} characters`, `str.max_len=${max}`)
    if (!value.startsWith(prefix)) {
      throw broken(`must start with ${prefix}`, `str.prefix=${prefix}`)
    }
    if (pattern && !pattern.test(value)) {
      throw broken('is malformed', `str.pattern=${pattern.source}`)
    }
    return value
  }
}

/** An absolute https URL, or an empty string. */
export function httpsUrl(limits: TextLimits): Rule<string> {
  const read = text(limits)
  return (value) => {
    const url = read(value)
    if (url === '' || (/^https:\/\//i.test(url) && URL.canParse(url))) return url
    throw broken('must be an https URL', 'str.uri=https')
  }
}

export interface IntegerLimits {
  readonly from: number
  readonly to: number
  readonly ifAbsent: number
}

/** A whole number, in JSON or as a string in a query. */
export function integer({ from, to, ifAbsent }: IntegerLimits): Rule<number> {
  return (value = ifAbsent) => {
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
    if (!Number.isSafeInteger(number)) throw broken('must be a whole number', 'type=uint32')
    if ((number as number) < from) throw broken(`must be at least ${from}`, `num.gte=${from}`)
    if ((number as number) > to) throw broken(`must be at most ${to}`, `num.lte=${to}`)
    return number as number
  }
}

/** A boolean, in JSON or as a string in a query; false if absent. */
export function yesOrNo(value: unknown = false): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw broken('must be true or false', 'type=bool')
}

/** One of an enum's names. */
export function nameOf<const Name extends string>(names: readonly Name[]): Rule<Name> {
  return (value) => {
    const name = names.find((known) => known === value)
    if (name !== undefined) return name
    throw broken(`must be one of ${names.join(', ')}`, 'enum.defined_only=1')
  }
}

/**
 * A time in RFC 3339, as milliseconds since the epoch. The reference names ISO 8601 for one list
 * and RFC 3339 for the other. RFC 3339 satisfies both.
 *
 * @see https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
 */
export function time(value: unknown): number {
  const [, date] = (typeof value === 'string' && rfc3339.exec(value)) || []
  if (date !== undefined && isInCalendar(date)) return Date.parse(String(value))
  throw broken('must be a time such as 2024-01-05T14:48:00Z', 'type=google.protobuf.Timestamp')
}

const rfc3339 =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** Refuses February 30, which `Date.parse` reads as March 2. */
function isInCalendar(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date)
}

/** An optional field. */
export function optional<Value>(rule: Rule<Value>): Rule<Value | undefined> {
  return (value) => (value === undefined ? undefined : rule(value))
}

/** Any number of values. A query repeats the name. */
export function list<Value>(rule: Rule<Value>): Rule<readonly Value[]> {
  return (value = []) => {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    return items.map(rule)
  }
}

/** A required message. It is read field by field, so that all problems are reported together. */
export function message<Shape extends Rules>(rules: Shape): Rule<Values<Shape>> {
  return (value) => {
    if (!isObject(value)) throw broken('must be an object', 'required')
    return readFields(rules, value)
  }
}

/** Up to ten strings by name, such as an organization's metadata. */
export function metadata(value: unknown = {}): Readonly<Record<string, string>> {
  if (!isObject(value)) throw broken('must be an object', 'type=map')
  const entries = Object.entries(value)
  if (entries.length > 10) throw broken('must have at most 10 entries', 'map.max=10')
  const [readKey, readValue] = [text({ min: 3, max: 25 }), text({ min: 1, max: 256 })]
  return Object.fromEntries(entries.map(([key, entry]) => [readKey(key), readValue(entry)]))
}

/**
 * Reads every field by its name in the JSON or, as protobuf allows, by that name in camelCase.
 * Stricter than protobuf: an unknown name is refused, because it is a mistake.
 */
export function readFields<Shape extends Rules>(rules: Shape, sent: Json): Values<Shape> {
  const known = new Map(
    Object.keys(rules).flatMap((name) => [
      [name, name],
      [camelCase(name), name],
    ]),
  )
  const violations = Object.keys(sent)
    .filter((name) => !known.has(name))
    .map((field) => ({ field, description: 'is not a field of this request', constraint: 'known' }))
  const values = Object.entries(rules).map(([name, rule]) => {
    try {
      return [name, rule(sent[name] ?? sent[camelCase(name)] ?? undefined)]
    } catch (error) {
      if (!(error instanceof Violations)) throw error
      violations.push(...error.list.map((violation) => below(name, violation)))
      return [name, undefined]
    }
  })
  if (violations.length > 0) throw new Violations(violations)
  return Object.fromEntries(values) as Values<Shape>
}

function broken(description: string, constraint: string): Violations {
  return new Violations([{ field: '', description, constraint }])
}

function below(name: string, violation: FieldViolation): FieldViolation {
  return { ...violation, field: violation.field === '' ? name : `${name}.${violation.field}` }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
