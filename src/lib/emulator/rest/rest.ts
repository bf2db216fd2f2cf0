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

/** Everything of the API that is emulated, then what answers all other calls of it. */
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

/** What this API says with such a status; nothing for another address, or for no error. */
export function restErrorBody(path: string, status: number): unknown {
  return path.startsWith(`${apiPath}/`) ? errorBodyOf(status) : undefined
}

/** Without a look at the token: the author of such a call would look for the reason there first. */
function notEmulated(_state: State, { method, path }: Call): Answer {
  return errorAnswer(new RestError('NOT_IMPLEMENTED', `not emulated: ${method} ${path}`))
}
