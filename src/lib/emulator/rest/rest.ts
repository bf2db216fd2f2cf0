import type { Answer, Call } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { authenticate } from './authenticate.ts'
import { connectionOperations } from './connections.ts'
import { directoryOperations } from './directories.ts'
import type { Operation } from './operation.ts'
import { organizationOperations } from './organizations.ts'
import { portalLinkOperations } from './portal-links.ts'
import { errorAnswer, errorBodyOf, RestError } from './rest-error.ts'

/** Where Scalekit's management API is. */
const apiPath = '/api/v1/'

/** Everything of the API that is emulated. */
export const operations: readonly Operation[] = [
  ...organizationOperations,
  ...portalLinkOperations,
  ...connectionOperations,
  ...directoryOperations,
]

/** Answers a call of the management API, or nothing for a call of something else. */
export function rest(state: State, call: Call): Answer | undefined {
  if (!call.path.startsWith(apiPath)) return undefined
  const operation = operations.find(({ matches }) => matches(call))
  try {
    if (!operation) throw notEmulated(call)
    authenticate(state, call)
    return operation.answer(state, call)
  } catch (error) {
    if (error instanceof RestError) return errorAnswer(error)
    throw error
  }
}

/** What this API says with such a status; nothing for another address, or for no error. */
export function restErrorBody(path: string, status: number): unknown {
  return path.startsWith(apiPath) ? errorBodyOf(status) : undefined
}

/** Without a look at the token: whoever wrote this call looks for the reason there first. */
function notEmulated({ method, path }: Call): RestError {
  return new RestError('NOT_IMPLEMENTED', `not emulated: ${method} ${path}`)
}
