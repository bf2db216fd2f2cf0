import { DirectoryError } from '../directory/error.ts'
import { type Answer, type Call, json } from '../server/call.ts'
import type { PathParams, Route } from '../server/router.ts'
import type { State } from '../state/state.ts'
import { assertFromHere } from './call-body.ts'
import { ControlError } from './control-error.ts'
import type { EmulatorControls } from './controls.ts'

/** The state from which a route of the emulator's own API responds. */
export interface ControlContext {
  readonly state: State
  readonly controls: EmulatorControls
  /** All requests received so far, with the status of each response. */
  readonly requests: readonly (Call & { readonly status?: number })[]
  readonly advance: (seconds: number) => void
}

/** One endpoint below `/emulator/`. */
export interface ControlRoute extends Route<ControlContext> {
  /** The description of the endpoint, for the table in the guide. */
  readonly does: string
}

type Operation = (context: ControlContext, call: Call, params: PathParams) => unknown

/** Creates an endpoint that responds with the result of its operation. No result is a 204. */
export function control(
  methodAndPath: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`,
  does: string,
  operation: Operation,
  status = 200,
): ControlRoute {
  const [method, path] = methodAndPath.split(' ') as [ControlRoute['method'], string]
  return {
    method,
    path: `/emulator${path}`,
    does,
    async answer(context, call, params) {
      try {
        assertFromHere(call)
        const result = await operation(context, call, decoded(params))
        return result === undefined ? noContent : json(status, result)
      } catch (error) {
        return refusal(error)
      }
    },
  }
}

const noContent: Answer = { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }

function refusal(error: unknown): Answer {
  if (!(error instanceof ControlError || error instanceof DirectoryError)) throw error
  return json(error.status, { error: error.code, error_description: error.message })
}

function decoded(params: PathParams): PathParams {
  try {
    const entries = Object.entries(params)
    return Object.fromEntries(entries.map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch (error) {
    throw new ControlError('invalid_request', `The path is malformed: ${(error as Error).message}`)
  }
}
