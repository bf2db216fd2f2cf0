import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionPrincipal } from '../../auth/principal.ts'
import type { LoginRequest } from '../../ground/types.ts'
import type { Instance } from '../instance/instance.ts'
import { switchPage } from '../pages/confirm-pages.ts'
import { textsFor } from '../request/language.ts'
import { sendPage } from '../request/respond.ts'
import { type FurtherParameters, sealParameters } from './further-parameters.ts'
import { fieldsOf } from './login-target.ts'

/** What a link asks for. */
interface AskedByLink extends LoginRequest {
  /** The proof that the user wants it. */
  readonly confirm?: string | undefined
  /** What Scalekit's page reads, and where it leads is not known here. */
  readonly forwarded?: FurtherParameters | undefined
}

/**
 * Asks before a link on another site replaces a live session by another organization's or user's. The
 * answer comes back to `/login` with a proof that is good for this session and this target alone.
 *
 * @param asked What the request named, and so what the answer has to name again.
 * @param request The same once it is known where it leads.
 * @returns whether a page was sent
 */
export async function askedToSwitch(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  asked: AskedByLink,
  request: LoginRequest,
): Promise<boolean> {
  if (isOfThisSite(req, instance)) return false
  const principal = await instance.sessions.ask(req, res)
  if (principal.status === 'signed-out') return false
  const { confirm, forwarded, parameters, ...target } = asked
  if (!forwarded && !wouldReplace(principal, request)) return false
  const subject = proofSubject(principal, { ...forwarded, ...target })
  if (confirm !== undefined && instance.csrf.isValid(confirm, subject)) return false
  const sealed = sealParameters(instance, parameters)
  const named = fieldsOf({ ...target, parameters: sealed })
  const fields = { ...forwarded, ...named, confirm: instance.csrf.issue(subject) }
  const { addresses, theme } = instance
  const form = { method: 'get', action: addresses.loginUrl({}), fields, home: addresses.home }
  const switching = { from: principal.user.email, to: request.loginHint, by: 'link' } as const
  const page = switchPage({ ...form, method: 'get' }, switching, textsFor(instance, req, res))
  sendPage(res, 200, page, theme)
  return true
}

/**
 * Whether the user came here by a page of ours or by the address bar. Browsers that do not say so, as
 * over http, name our page as the referrer.
 */
function isOfThisSite(req: IncomingMessage, { addresses }: Instance): boolean {
  const site = req.headers['sec-fetch-site']
  if (site) return site === 'same-origin' || site === 'none'
  const { referer } = req.headers
  const origin = referer !== undefined && URL.canParse(referer) && new URL(referer).origin
  return origin === addresses.origin(req)
}

/** Whether the sign-in could replace the session. A link that names nothing decides nothing. */
function wouldReplace(principal: SessionPrincipal, request: LoginRequest): boolean {
  const { organizationId, connectionId, loginHint, domain, provider } = request
  const { user, externalOrganizationId } = principal
  const isOther = (named: string | undefined, ...current: readonly (string | undefined)[]) =>
    named !== undefined && !current.includes(named)
  return (
    isOther(organizationId, principal.organizationId, externalOrganizationId) ||
    isOther(connectionId, principal.connectionId) ||
    isOther(loginHint?.toLowerCase(), user.email?.toLowerCase()) ||
    (connectionId === undefined && (domain ?? provider) !== undefined)
  )
}

function proofSubject({ sessionId }: SessionPrincipal, target: object): string {
  return JSON.stringify(['switch', sessionId, Object.entries(target).sort()])
}
