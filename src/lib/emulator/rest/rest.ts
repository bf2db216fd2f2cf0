import type { Answer, Call } from '../server/call.ts'
import type { Route } from '../server/router.ts'
import type { State } from '../state/state.ts'
import { authenticate } from './authenticate.ts'
import { connectionOperations } from './connections.ts'
import { directoryOperations } from './directories.ts'
import { apiPath, type Operation } from './operation.ts'
import { organizationClientOperations } from './organization-clients.ts'
import { organizationOperations } from './organizations.ts'
import { portalLinkOperations } from './portal-links.ts'
import { errorAnswer, errorBodyOf, RestError } from './rest-error.ts'
import { sessionPolicyOperations } from './session-policy.ts'
import { sessionOperations } from './sessions.ts'

/** The emulated operations, followed by the response to all other calls of the API. */
export const restRoutes: readonly Route[] = [
  ...organizationOperations,
  ...portalLinkOperations,
  ...connectionOperations,
  ...directoryOperations,
  ...sessionOperations,
  ...sessionPolicyOperations,
  ...organizationClientOperations,
]
  .map(authenticated)
  .concat({ method: '*', path: `${apiPath}/{rest*}`, answer: notEmulated })

function authenticated(operation: Operation): Route {
  return {
    ...operation,
    answer(state, call, params) {
      const waitSeconds = state.rateLimit.take()
      if (waitSeconds !== undefined) return tooManyCalls(waitSeconds)
      try {
        authenticate(state, call)
        return operation.answer(state, call, params)
      } catch (error) {
        if (error instanceof RestError) return errorAnswer(error)
        throw error
      }
    },
  }
}

function tooManyCalls(waitSeconds: number): Answer {
  const error = new RestError('RATE_LIMITED', `Too many requests: wait ${waitSeconds} seconds`)
  return errorAnswer(error, { 'retry-after': String(waitSeconds) })
}

/**
 * The body of this API's response with such a status. Returns nothing for another path, or for a
 * status that is not an error.
 */
export function restErrorBody(path: string, status: number): unknown {
  return path.startsWith(`${apiPath}/`) ? errorBodyOf(status) : undefined
}

/**
 * The token is not checked, because a developer would then look for the cause in the token first.
 */
function notEmulated(_state: State, { method, path }: Call): Answer {
  return errorAnswer(new RestError('NOT_IMPLEMENTED', `not emulated: ${method} ${path}`))
}
