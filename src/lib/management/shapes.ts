import { ApiError } from '../ground/errors.ts'
import { isObject } from '../ground/is-object.ts'
import type { Json } from '../ground/types.ts'
import type { PageEnds } from './pages.ts'
import { fromWire } from './wire.ts'

/** The result of enabling or disabling a connection or a directory. */
export interface Toggled {
  readonly enabled: boolean
  /** The reason why the state is not the requested one. */
  readonly errorMessage?: string
}

/** Names in the API's JSON below which the keys are not Scalekit's. */
const untouched: ReadonlySet<string> = new Set([
  'metadata',
  'attribute_mapping',
  'custom_attributes',
  'raw_attributes',
  'user_detail',
  'group_detail',
])

/**
 * Returns the member of a response that holds the result.
 *
 * @throws {@link ApiError} `api_answer_invalid`
 */
export function objectIn<Shape>(answer: Json, name: string): Shape {
  const value = answer[name]
  if (!isObject(value)) throw missing(name, 'an object')
  return inOurNames<Shape>(value)
}

/** Returns the array of a response. Protobuf may omit an empty one. */
export function listIn<Shape>(answer: Json, name: string): readonly Shape[] {
  const list = answer[name] ?? []
  if (!Array.isArray(list) || !list.every(isObject)) throw missing(name, 'an array of objects')
  return list.map((item) => inOurNames<Shape>(item))
}

/**
 * Converts a response to names in camelCase.
 *
 * @throws {@link ApiError} `api_answer_invalid` if it is nested too deeply for the stack
 */
export function inOurNames<Shape>(value: Json): Shape {
  try {
    return fromWire(value, untouched) as Shape
  } catch (cause) {
    throw new ApiError('api_answer_invalid', 'The response has too many levels', { cause })
  }
}

/**
 * Reads the page tokens of a response. Protobuf may omit an empty string.
 *
 * @throws {@link ApiError} `api_answer_invalid` for a token that is not a string. Otherwise the
 *   list would seem to end there, and the users on its further pages would seem to be deleted.
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
