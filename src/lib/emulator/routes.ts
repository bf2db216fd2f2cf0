import { directoriesPath, directoryApi } from './directory/api.ts'
import { home } from './home.ts'
import { authorize } from './oauth/authorize.ts'
import { discovery, keys } from './oauth/discovery.ts'
import { idpInitiated, idpInitiatedPath } from './oauth/idp-initiated.ts'
import { logout } from './oauth/logout.ts'
import { signIn } from './oauth/sign-in.ts'
import { signInPath } from './oauth/sign-in-page.ts'
import { token } from './oauth/token.ts'
import { userinfo } from './oauth/userinfo.ts'
import { magicLinkPath, portal } from './portal/portal.ts'
import { rest } from './rest/rest.ts'
import { type Answer, type Call, json } from './server/call.ts'
import type { State } from './state/state.ts'

/** Answers a request by its path and method. */
export function route(state: State, call: Call): Answer | Promise<Answer> {
  const endpoint = endpoints.get(call.path)
  if (!endpoint) return below(state, call) ?? notEmulated(call)
  const { method, answer } = endpoint
  return method === call.method ? answer(state, call) : notAllowed(method)
}

/** What has ids in its path. */
function below(state: State, call: Call): Answer | undefined {
  if (call.path.startsWith(directoriesPath)) return directoryApi(state, call)
  if (call.path.startsWith(magicLinkPath)) return portal(state, call)
  return rest(state, call)
}

interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly answer: (state: State, call: Call) => Answer | Promise<Answer>
}

const endpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/', { method: 'GET', answer: home }],
  [idpInitiatedPath, { method: 'GET', answer: idpInitiated }],
  ['/.well-known/openid-configuration', { method: 'GET', answer: discovery }],
  ['/keys', { method: 'GET', answer: keys }],
  ['/oauth/authorize', { method: 'GET', answer: authorize }],
  [signInPath, { method: 'POST', answer: signIn }],
  ['/oauth/token', { method: 'POST', answer: token }],
  ['/userinfo', { method: 'GET', answer: userinfo }],
  ['/oidc/logout', { method: 'GET', answer: logout }],
  ['/end_session', { method: 'GET', answer: logout }],
])

/** Never a 404, which would pass for Scalekit's own answer about something that is not there. */
function notEmulated({ method, path }: Call): Answer {
  return json(501, { error: 'not_emulated', error_description: `not emulated: ${method} ${path}` })
}

function notAllowed(allow: string): Answer {
  return json(405, { error: 'method_not_allowed', error_description: `Use ${allow}` }, { allow })
}
