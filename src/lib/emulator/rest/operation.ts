import { isObject } from '../../ground/is-object.ts'
import type { Json } from '../../ground/types.ts'
import { type Answer, type Call, json } from '../server/call.ts'
import type { PathParams, Route } from '../server/router.ts'
import type { State } from '../state/state.ts'
import { RestError } from './rest-error.ts'
import { type Rules, readFields, type Values, Violations } from './rules.ts'

/** One RPC as REST offers it. Its `answer` throws {@link RestError}s. */
export interface Operation extends Route {
  readonly answer: (state: State, call: Call, params: PathParams) => Answer
}

interface Definition<Shape extends Rules> {
  /** The fields of the request message. Those that are not in the path are in the query. */
  readonly request: Shape
  /** The field that the body holds; `*` if the body holds all fields that are not in the path. */
  readonly body?: (keyof Shape & string) | '*'
  /** Default: 200. */
  readonly status?: number
  /** Returns the response message. */
  readonly respond: (state: State, request: Values<Shape>) => unknown
}

/** The base path of Scalekit's management API. */
export const apiPath = '/api/v1'

/**
 * Creates an operation that reads its request by the given rules.
 *
 * @param path below {@link apiPath}
 */
export function operation<Shape extends Rules>(
  method: Route['method'],
  path: string,
  { request: rules, body, status = 200, respond }: Definition<Shape>,
): Operation {
  return {
    method,
    path: apiPath + path,
    answer(state, call, params) {
      const sent = {
        ...queryFields(call.query),
        ...bodyFields(call, body),
        ...pathFields(params),
      }
      return json(status, respond(state, readRequest(rules, sent)))
    },
  }
}

/** The two operations that enable and disable a resource. */
export function switchOperations<Shape extends Rules>(
  path: string,
  request: Shape,
  respond: (state: State, request: Values<Shape>, enabled: boolean) => unknown,
): readonly Operation[] {
  return [true, false].map((enabled) =>
    operation('PATCH', `${path}:${enabled ? 'enable' : 'disable'}`, {
      request,
      respond: (state, values) => respond(state, values, enabled),
    }),
  )
}

function readRequest<Shape extends Rules>(rules: Shape, sent: Readonly<Record<string, unknown>>) {
  try {
    return readFields(rules, sent)
  } catch (error) {
    if (!(error instanceof Violations)) throw error
    throw new RestError('INVALID_ARGUMENT', error.message, error.list)
  }
}

function pathFields(params: PathParams) {
  try {
    const entries = Object.entries(params)
    return Object.fromEntries(entries.map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch (error) {
    throw new RestError('INVALID_ARGUMENT', (error as Error).message)
  }
}

function queryFields(query: URLSearchParams) {
  const names = [...new Set(query.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = query.getAll(name)
      return [name, values.length > 1 ? values : values[0]]
    }),
  )
}

function bodyFields(call: Call, body: string | undefined): Json {
  if (body === undefined) return {}
  const sent = bodyOf(call)
  if (body !== '*') return { [body]: sent }
  if (sent === undefined) return {}
  if (isObject(sent)) return sent
  throw new RestError('INVALID_ARGUMENT', 'The body must be an object')
}

/** Ignores the content type: the gateway before the real API reads every body as JSON. */
function bodyOf({ body }: Call): unknown {
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new RestError('INVALID_ARGUMENT', `The body is not JSON: ${(error as Error).message}`)
  }
}
