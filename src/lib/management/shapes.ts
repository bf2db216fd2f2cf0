import { ApiError } from '../errors.ts'
import type { Json } from '../types.ts'
import { isObject } from './answer.ts'
import type { PageEnds } from './pages.ts'
import { fromWire } from './wire.ts'

/** Names of today, and any that Scalekit adds. */
export type Open<Known extends string> = Known | (string & {})

/** What switching something on or off answers. */
export interface Toggled {
  readonly enabled: boolean
  /** Why it is not as it was asked to be. */
  readonly errorMessage?: string
}

/** What lies below these, by their names on the wire, has keys that are not Scalekit's. */
const untouched: ReadonlySet<string> = new Set([
  'metadata',
  'attribute_mapping',
  'custom_attributes',
  'raw_attributes',
  'user_detail',
  'group_detail',
])

/**
 * The member of an answer that it is about.
 *
 * @throws {@link ApiError} `api_answer_invalid`
 */
export function objectIn<Shape>(answer: Json, name: string): Shape {
  const value = answer[name]
  if (!isObject(value)) throw missing(name, 'object')
  return inOurNames<Shape>(value)
}

/** The list of an answer; protobuf may leave an empty one out. */
export function listIn<Shape>(answer: Json, name: string): readonly Shape[] {
  const list = answer[name] ?? []
  if (!Array.isArray(list) || !list.every(isObject)) throw missing(name, 'list of objects')
  return list.map((item) => inOurNames<Shape>(item))
}

export function inOurNames<Shape>(value: Json): Shape {
  return fromWire(value, untouched) as Shape
}

export function pageEnds(answer: Json): PageEnds {
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return {
    nextPageToken: text(answer.next_page_token),
    prevPageToken: text(answer.prev_page_token),
    totalSize: typeof answer.total_size === 'number' ? answer.total_size : 0,
  }
}

export function toggled(answer: Json): Toggled {
  const { error_message: message } = answer
  return {
    enabled: answer.enabled === true,
    ...(typeof message === 'string' && message !== '' && { errorMessage: message }),
  }
}

function missing(name: string, what: string): ApiError {
  return new ApiError('api_answer_invalid', `The answer has no \`${name}\` that is a ${what}`)
}
