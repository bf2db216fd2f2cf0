import { ApiError } from '../ground/errors.ts'
import { isObject } from '../ground/is-object.ts'
import type { Json } from '../ground/types.ts'
import type { PageEnds } from './pages.ts'
import { fromWire } from './wire.ts'

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
  if (!isObject(value)) throw missing(name, 'an object')
  return inOurNames<Shape>(value)
}

/** The list of an answer; protobuf may leave an empty one out. */
export function listIn<Shape>(answer: Json, name: string): readonly Shape[] {
  const list = answer[name] ?? []
  if (!Array.isArray(list) || !list.every(isObject)) throw missing(name, 'an array of objects')
  return list.map((item) => inOurNames<Shape>(item))
}

/** @throws {@link ApiError} `api_answer_invalid` for more levels than the stack has */
export function inOurNames<Shape>(value: Json): Shape {
  try {
    return fromWire(value, untouched) as Shape
  } catch (cause) {
    throw new ApiError('api_answer_invalid', 'The response has too many levels', { cause })
  }
}

/**
 * What a page says of its neighbours; protobuf may leave an empty text out.
 *
 * @throws {@link ApiError} `api_answer_invalid` for a token that is no text: the list would seem to
 *   end there, and everybody on its further pages to be gone
 */
export function pageEnds(answer: Json): PageEnds {
  return {
    nextPageToken: tokenIn(answer, 'next_page_token'),
    prevPageToken: tokenIn(answer, 'prev_page_token'),
    totalSize: typeof answer.total_size === 'number' ? answer.total_size : 0,
  }
}

function tokenIn(answer: Json, name: string): string {
  const token = answer[name] ?? ''
  if (typeof token === 'string') return token
  throw missing(name, 'a string')
}

export function toggled(answer: Json): Toggled {
  const { error_message: message } = answer
  return {
    enabled: answer.enabled === true,
    ...(typeof message === 'string' && message !== '' && { errorMessage: message }),
  }
}

function missing(name: string, what: string): ApiError {
  return new ApiError('api_answer_invalid', `\`${name}\` in the response must be ${what}`)
}
