import { directoryRoutes } from './directory/api.ts'
import { home } from './home.ts'
import { authorize } from './oauth/authorize.ts'
import { discovery, keys } from './oauth/discovery.ts'
import { signInPath } from './oauth/hosted/form.ts'
import { invitationPath, openInvitation } from './oauth/hosted/invitation.ts'
import { invitationsPath, inviteFromPage } from './oauth/hosted/invite.ts'
import { idpInitiated, idpInitiatedPath } from './oauth/idp-initiated.ts'
import { logout } from './oauth/logout.ts'
import { revocationPath, revoke } from './oauth/revoke.ts'
import { signIn } from './oauth/sign-in.ts'
import { token } from './oauth/token.ts'
import { userinfo } from './oauth/userinfo.ts'
import { errorForBrowser } from './pages/error-page.ts'
import { portalRoutes } from './portal/portal.ts'
import { restRoutes } from './rest/rest.ts'
import { changeRolesFromPage, rolesPath } from './roles-form.ts'
import { type Answer, type Call, json } from './server/call.ts'
import { createRouter, type Router } from './server/router.ts'
import { endSessionFromPage, sessionEndsPath } from './sessions-card.ts'

/** Answers a request by its path and method. A browser that opens a page gets errors in words. */
export const route: Router = async (state, call) =>
  errorForBrowser(call.headers, await answer(state, call))

const answer: Router = createRouter(
  [
    { method: 'GET', path: '/', answer: home },
    { method: 'GET', path: idpInitiatedPath, answer: idpInitiated },
    { method: 'GET', path: invitationPath, answer: openInvitation },
    { method: 'POST', path: invitationsPath, answer: inviteFromPage },
    { method: 'POST', path: rolesPath, answer: changeRolesFromPage },
    { method: 'POST', path: sessionEndsPath, answer: endSessionFromPage },
    { method: 'GET', path: '/.well-known/openid-configuration', answer: discovery },
    { method: 'GET', path: '/keys', answer: keys },
    { method: 'GET', path: '/oauth/authorize', answer: authorize },
    { method: 'POST', path: signInPath, answer: signIn },
    { method: 'POST', path: '/oauth/token', answer: token },
    { method: 'POST', path: revocationPath, answer: revoke },
    { method: 'GET', path: '/userinfo', answer: userinfo },
    { method: 'GET', path: '/oidc/logout', answer: logout },
    { method: 'GET', path: '/end_session', answer: logout },
    ...directoryRoutes,
    ...portalRoutes,
    ...restRoutes,
  ],
  notHere,
)

function notHere({ method, path }: Call): Answer {
  if (/^\/emulator(\/|$)/.test(path)) {
    const description = `The emulator has no path ${path}: see examples/emulator/README.md`
    return json(404, { error: 'not_found', error_description: description })
  }
  // Not a 404, which would look like Scalekit's own response for a missing resource.
  return json(501, { error: 'not_emulated', error_description: `not emulated: ${method} ${path}` })
}
