import { type Answer, type Call, json } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { RestError } from './rest-error.ts'
import { type Rules, readFields, type Values, Violations } from './rules.ts'

/** One RPC as REST serves it. */
export interface Operation {
  matches(call: Call): boolean
  /** @throws {@link RestError} */
  answer(state: State, call: Call): Answer
}

interface Definition<Shape extends Rules> {
  /** Method and path, with the names of its parameters in braces. */
  readonly route: `${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} /${string}`
  /** The fields of the request message. What is not in the path is in the query. */
  readonly request: Shape
  /** The field that the body is. */
  readonly body?: keyof Shape & string
  /** Default: 200. */
  readonly status?: number
  /** Gives the response message. */
  readonly respond: (state: State, request: Values<Shape>) => unknown
}

/** Makes an operation that reads its request as its rules say. */
export function operation<Shape extends Rules>(definition: Definition<Shape>): Operation {
  const { route, request: rules, body, status = 200, respond } = definition
  const [method, template = ''] = route.split(' ')
  const path = pathPattern(template)
  return {
    matches: (call) => call.method === method && path.test(call.path),
    answer(state, call) {
      const sent = {
        ...queryFields(call.query),
        ...(body !== undefined && { [body]: bodyOf(call) }),
        ...pathFields(path.exec(call.path)?.groups),
      }
      return json(status, respond(state, readRequest(rules, sent)))
    },
  }
}

function readRequest<Shape extends Rules>(rules: Shape, sent: Readonly<Record<string, unknown>>) {
  try {
    return readFields(rules, sent)
  } catch (error) {
    if (!(error instanceof Violations)) throw error
    throw new RestError('INVALID_ARGUMENT', error.message, error.list)
  }
}

/** A parameter is one segment; its own `:enable` is told from an id by standing in the template. */
function pathPattern(template: string): RegExp {
  return new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
}

function pathFields(segments: Readonly<Record<string, string>> = {}) {
  try {
    const entries = Object.entries(segments)
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

/** Whatever it says it is: the gateway in front of the real API reads every body as JSON. */
function bodyOf({ body }: Call): unknown {
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new RestError('INVALID_ARGUMENT', `The body is not JSON: ${(error as Error).message}`)
  }
}
