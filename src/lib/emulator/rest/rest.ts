import type { Answer, Call } from '../call.ts'
import type { State } from '../state.ts'
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

/** Answers a call of the management API, or nothing for what is not emulated of it. */
export function rest(state: State, call: Call): Answer | undefined {
  const operation = operations.find(({ matches }) => matches(call))
  try {
    if (operation) authenticate(state, call)
    return operation?.answer(state, call)
  } catch (error) {
    if (error instanceof RestError) return errorAnswer(error)
    throw error
  }
}

/** What this API says with such a status; nothing for another address, or for no error. */
export function restErrorBody(path: string, status: number): unknown {
  return path.startsWith(apiPath) ? errorBodyOf(status) : undefined
}
