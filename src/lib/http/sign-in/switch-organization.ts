import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionPrincipal, SignedOut } from '../../auth/principal.ts'
import { AccessError, LoginError } from '../../ground/errors.ts'
import { assertNoToken } from '../instance/ask.ts'
import type { Instance } from '../instance/instance.ts'
import { asksForPage, isPrefetch } from '../request/navigation.ts'
import { isWanted } from '../request/same-origin.ts'
import { startLogin } from './login.ts'
import { ownFormProof } from './own-form.ts'

/**
 * Starts a sign-in to another organization for a signed-in user. The sign-in is pinned to the
 * organization. The current session stays valid until the new one replaces it.
 *
 * @throws {@link LoginError} `navigation_required`, `cross_site_request` or `parameter_invalid`,
 *   {@link AccessError} `not_signed_in` or `session_required`, and the errors of {@link startLogin}
 */
export async function switchOrganization(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  organizationId: string,
  { returnTo }: { readonly returnTo?: string } = {},
): Promise<void> {
  assertNoToken(instance, req, 'switchOrganization()')
  const principal = await instance.sessions.ask(req, res)
  await assertWanted(instance, req, principal)
  if (principal.status === 'signed-out') {
    throw new AccessError('not_signed_in', 'switchOrganization() needs a signed-in user', {
      hint: 'Put requireAuth() before the route.',
    })
  }
  assertNamed(organizationId)
  // Together with an organization, Scalekit takes this prompt as a direct switch.
  const request = { organizationId, prompt: 'select_account' }
  await startLogin(
    instance,
    req,
    res,
    returnTo === undefined ? request : { ...request, returnTo },
    { by: 'auth.switchOrganization()' },
  )
}

/**
 * Without an id, the sign-in would have no target. The value may come from a form, so its type is
 * checked at run time.
 */
function assertNamed(organizationId: unknown): void {
  if (typeof organizationId === 'string') return
  throw new LoginError(
    'parameter_invalid',
    'switchOrganization() needs the id of one organization',
    {
      hint: 'Pass the id as a string: switchOrganization(req, res, "org_…").',
    },
  )
}

/**
 * Refuses a request that a page of this site did not send: a link on another site must not switch a
 * user's organization.
 */
async function assertWanted(
  instance: Instance,
  req: IncomingMessage,
  principal: SessionPrincipal | SignedOut,
): Promise<void> {
  if (isPrefetch(req) || !asksForPage(req)) {
    throw new LoginError('navigation_required', 'A switch must be opened as a page', {
      hint: 'Use a form or a link of a page, not fetch().',
    })
  }
  const sessionId = principal.status === 'signed-in' ? principal.sessionId : undefined
  if (!(await isWanted(req, ownFormProof(instance, req, sessionId)))) {
    throw new LoginError('cross_site_request', 'The switch request did not come from this site', {
      hint: 'Use a form with method="post" on a page of the application.',
    })
  }
}
