import type { Json } from '../../src/lib/ground/types.ts'
import { emulatorRpcs, enums, messages, rpcs } from '../fixtures/api-messages.ts'

export type RpcName = keyof typeof rpcs

/** Those that only the emulator serves, too. */
export const allRpcs = { ...rpcs, ...emulatorRpcs }
export type AnyRpcName = keyof typeof allRpcs

/** One call of the management API and its answer, as fields and their values. */
export interface Exchange {
  readonly rpc: AnyRpcName
  /** Of the request message, wherever they were sent. A refused request may be anything. */
  readonly requestFields: Json
  /** Default: 200. */
  readonly status?: number
  readonly responseBody: unknown
}

/** Everything in which an exchange disagrees with Scalekit's descriptors; none: it agrees. */
export function shapeProblems(exchange: Exchange): readonly string[] {
  const { rpc, requestFields, status = 200, responseBody } = exchange
  const { request, response } = allRpcs[rpc]
  return [
    ...(status === 400 ? [] : messageProblems(request, snakeCased(requestFields), 'request')),
    ...messageProblems(status < 400 ? response : 'Status', responseBody, 'response'),
  ]
}

/** A type as the tables have it, e.g. `repeated enum Feature`, taken apart. */
export interface FieldType {
  readonly label: 'repeated' | 'map' | undefined
  readonly isEnum: boolean
  /** Of a scalar, a well-known message, a message or an enum. */
  readonly name: string
  readonly oneof: string | undefined
}

/** @throws when nothing of that name is in the tables */
export function fieldType(type: string): FieldType {
  const parts = /^(?:(repeated|map) )?(?:optional )?(enum )?([\w.]+)(?: oneof (\w+))?$/.exec(type)
  const [, label, isEnum, name = '', oneof] = parts ?? []
  const known = isEnum ? Object.hasOwn(enums, name) : name in messages || name in singles
  if (!known) throw new Error(`There is no type ${type}`)
  return { label: label as FieldType['label'], isEnum: isEnum !== undefined, name, oneof }
}

function messageProblems(name: string, value: unknown, at: string): string[] {
  if (!isObject(value)) return [`${at} is not an object`]
  const message = messages[name] ?? {}
  return [
    ...Object.entries(value).flatMap(([field, item]) => {
      const type = Object.hasOwn(message, field) ? message[field] : undefined
      if (type === undefined) return [`${at}.${field} is not a field of ${name}`]
      return fieldProblems(fieldType(type), item, `${at}.${field}`)
    }),
    ...oneofProblems(message, value, at),
  ]
}

function fieldProblems(type: FieldType, value: unknown, at: string): string[] {
  switch (type.label) {
    case 'repeated':
      if (!Array.isArray(value)) return [`${at} is not a list`]
      return value.flatMap((item, index) => singleProblems(type, item, `${at}[${index}]`))
    case 'map':
      if (!isObject(value)) return [`${at} is not a map`]
      return Object.entries(value).flatMap(([key, item]) =>
        singleProblems(type, item, `${at}.${key}`),
      )
    default:
      return singleProblems(type, value, at)
  }
}

function singleProblems({ isEnum, name }: FieldType, value: unknown, at: string): string[] {
  if (isEnum) return enums[name]!.some((known) => known === value) ? [] : [`${at} is not a ${name}`]
  if (name === 'Any') return anyProblems(value, at)
  const isOne = singles[name]
  if (isOne) return isOne(value) ? [] : [`${at} is not a ${name}`]
  return messageProblems(name, value, at)
}

/** A message of a type that it names itself. */
function anyProblems(value: unknown, at: string): string[] {
  const { '@type': type, ...fields } = isObject(value) ? value : {}
  const name = String(type).split('.').at(-1)!
  if (!Object.hasOwn(messages, name)) return [`${at} has no known @type`]
  return messageProblems(name, fields, at)
}

function oneofProblems(message: Readonly<Record<string, string>>, value: Json, at: string) {
  const groups = Object.keys(value)
    .map((field) => Object.hasOwn(message, field) && fieldType(message[field]!).oneof)
    .filter((oneof) => typeof oneof === 'string')
  return [...new Set(groups)]
    .filter((group) => groups.indexOf(group) !== groups.lastIndexOf(group))
    .map((group) => `${at} has more than one of ${group}`)
}

/** What is one value in JSON, as protobuf's mapping has it. */
const singles: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  bool: isYesOrNo,
  int32: (value) => isWhole(value, -(2 ** 31), 2 ** 31 - 1),
  uint32: (value) => isWhole(value, 0, 2 ** 32 - 1),
  // As a string in answers; requests may have a number.
  int64: (value) => Number.isSafeInteger(value) || (isText(value) && /^-?\d+$/.test(value)),
  Int32Value: (value) => isWhole(value, -(2 ** 31), 2 ** 31 - 1),
  StringValue: isText,
  BoolValue: isYesOrNo,
  UInt32Value: (value) => isWhole(value, 0, 2 ** 32 - 1),
  Timestamp: (value) =>
    isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value),
  Duration: (value) => isText(value) && /^-?\d+(\.\d{1,9})?s$/.test(value),
  FieldMask: isText,
  Struct: isObject,
  Any: isObject,
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isYesOrNo(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isWhole(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A request may have the names of protobuf or those in camelCase; what is in a map is its own. */
function snakeCased(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      snakeCase(name),
      isObject(value) && name !== 'metadata' ? snakeCased(value) : value,
    ]),
  )
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
