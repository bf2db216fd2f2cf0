import type { Json } from '../../src/lib/ground/types.ts'
import { messages, type Rpc } from '../fixtures/api-messages.ts'
import { type AnyRpcName, allRpcs, type Exchange, fieldType, snakeCase } from './api-shapes.ts'

/** A request of the management API and its answer, as they went over HTTP. */
export interface HttpExchange {
  readonly method: string
  readonly url: string
  /** Empty where there was none. */
  readonly body: string
  readonly status: number
  readonly responseBody: string
}

/** A `fetch` that notes what it is used for below `/api/v1`. */
export function recordingFetch(): {
  readonly fetch: typeof globalThis.fetch
  readonly exchanges: readonly HttpExchange[]
} {
  const exchanges: HttpExchange[] = []
  return {
    exchanges,
    async fetch(input, init) {
      const request = new Request(input, init)
      const { method, url } = request
      const body = await request.clone().text()
      const answer = await globalThis.fetch(request)
      if (new URL(url).pathname.startsWith('/api/v1/')) {
        const { status } = answer
        exchanges.push({ method, url, body, status, responseBody: await answer.clone().text() })
      }
      return answer
    },
  }
}

/**
 * What an exchange means, for `shapeProblems`.
 *
 * @throws when no call has this method and path
 */
export function exchangeOf(recorded: HttpExchange): Exchange {
  const { method, url, body, status, responseBody } = recorded
  const { pathname, searchParams } = new URL(url)
  const { rpc, pathFields } = rpcAt(`${method} ${pathname}`)
  const { request, body: bodyField }: Rpc = allRpcs[rpc]
  return {
    rpc,
    requestFields: {
      ...queryFields(messages[request]!, searchParams),
      ...bodyFields(body, bodyField),
      ...pathFields,
    },
    status,
    responseBody: parsed(responseBody),
  }
}

/** A body that is `*` has the fields themselves. */
function bodyFields(body: string, bodyField = 'body'): Json {
  if (body === '') return {}
  return bodyField === '*' ? (parsed(body) as Json) : { [bodyField]: parsed(body) }
}

function rpcAt(call: string): { readonly rpc: AnyRpcName; readonly pathFields: Json } {
  for (const [rpc, { route }] of Object.entries(allRpcs)) {
    const pattern = new RegExp(`^${route.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
    const match = pattern.exec(call)
    if (!match) continue
    const fields = Object.entries(match.groups ?? {})
    return {
      rpc: rpc as AnyRpcName,
      pathFields: Object.fromEntries(fields.map(([name, value]) => [name, decoded(value)])),
    }
  }
  throw new Error(`No call of the API is ${call}`)
}

/** In a query everything is text; what cannot be read as its type stays one. */
function queryFields(message: Readonly<Record<string, string>>, query: URLSearchParams): Json {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const field = message[name] ?? message[snakeCase(name)]
      const { label, name: type } = fieldType(field ?? 'string')
      const values = query.getAll(name).map((text) => fromText(type, text))
      return [name, label === 'repeated' || values.length > 1 ? values : values[0]]
    }),
  )
}

function fromText(type: string, text: string): unknown {
  if (type === 'bool') return { true: true, false: false }[text] ?? text
  return type === 'uint32' && /^\d+$/.test(text) ? Number(text) : text
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** What is not JSON stays a text, which no message is. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
