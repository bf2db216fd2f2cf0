import { readFields, unknownNames } from '../../ground/fields.ts'
import { isObject } from '../../ground/is-object.ts'
import type { Json } from '../../ground/types.ts'

/** How a JSON value is read, together with its JSON schema. */
export interface Kind<Value> {
  /** @throws an Error whose message completes the sentence "`name` …" */
  read(value: unknown, at: Position): Value
  readonly schema: Json
}

/** The position of a value in its document, with the list for the problems of its members. */
export interface Position {
  /** E.g. `organizations[0].people`; `''` is the document. */
  readonly path: string
  readonly problems: string[]
}

/** A kind for each member of an object. A missing kind is a compile error. */
export type Kinds<Shape> = {
  readonly [Name in keyof Shape]-?: Kind<Exclude<Shape[Name], undefined>>
}

export function kind<Value>(read: (value: unknown) => Value, schema: Json): Kind<Value> {
  return { read, schema }
}

/** An object with exactly these members. */
export function objectOf<Shape extends object>(
  kinds: Kinds<Shape>,
  required: readonly (keyof Shape & string)[] = [],
): Kind<Shape> {
  const names = Object.keys(kinds) as (keyof Shape & string)[]
  return {
    read(value, { path, problems }) {
      if (!isObject(value)) throw new Error('must be an object')
      const prefix = path === '' ? '' : `${path}.`
      problems.push(...unknownNames(value, names, prefix))
      const given = names.filter((name) => name in value || required.includes(name))
      const fields = given.map((name) => [name, () => member(name, value[name], prefix, problems)])
      return readFields<Shape>(Object.fromEntries(fields), problems, prefix)
    },
    schema: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, kinds[name].schema])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    },
  }
  function member(name: keyof Shape & string, value: unknown, prefix: string, problems: string[]) {
    if (value === undefined) throw new Error('is missing')
    return kinds[name].read(value, { path: prefix + name, problems })
  }
}

export function arrayOf<Value>(item: Kind<Value>): Kind<readonly Value[]> {
  return {
    read(value, { path, problems }) {
      if (!Array.isArray(value)) throw new Error('must be an array')
      return value.flatMap((each: unknown, index) => {
        const at = `${path}[${index}]`
        try {
          return [item.read(each, { path: at, problems })]
        } catch (error) {
          problems.push(`\`${at}\` ${(error as Error).message}`)
          return []
        }
      })
    },
    schema: { type: 'array', items: item.schema },
  }
}

export function nullOr<Value>(other: Kind<Value>): Kind<Value | null> {
  return {
    read: (value, at) => (value === null ? null : other.read(value, at)),
    schema: { anyOf: [other.schema, { type: 'null' }] },
  }
}

/** Reads a value of this kind. @returns the value and all problems with it */
export function readKind<Value>(
  { read }: Kind<Value>,
  value: unknown,
): { readonly value: Value; readonly problems: readonly string[] } {
  const problems: string[] = []
  try {
    return { value: read(value, { path: '', problems }), problems }
  } catch (error) {
    return { value: undefined as Value, problems: [`The document ${(error as Error).message}`] }
  }
}
