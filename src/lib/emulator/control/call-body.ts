import type { Call } from '../server/call.ts'
import { type Kind, readKind } from '../world/kinds.ts'
import { ControlError } from './control-error.ts'

/**
 * Refuses requests that a page of another site can read, and requests that a form can send. Writes
 * by such a page's scripts are refused earlier, as for every path of the emulator.
 *
 * @throws {@link ControlError} `cross_site` or `unsupported_media_type`
 */
export function assertFromHere({ method, headers }: Call): void {
  const site = headers['sec-fetch-site'] ?? 'none'
  if (site !== 'same-origin' && site !== 'none') {
    throw new ControlError('cross_site', 'A page of another site cannot use this API')
  }
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  if (['POST', 'PUT', 'PATCH'].includes(method) && !isJson) {
    throw new ControlError(
      'unsupported_media_type',
      `Send ${method} with the header content-type: application/json`,
    )
  }
}

/**
 * Parses the body as JSON. An empty body is an empty object.
 *
 * @throws {@link ControlError} `invalid_request`, which lists every problem
 */
export function bodyAs<Value>(kind: Kind<Value>, call: Call): Value {
  const { value, problems } = readKind(kind, jsonOf(call))
  if (problems.length > 0) throw new ControlError('invalid_request', problems.join('; '))
  return value
}

export function jsonOf({ body }: Call): unknown {
  if (body.trim() === '') return {}
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new ControlError('invalid_request', `The body is not JSON: ${(error as Error).message}`)
  }
}
