import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionPrincipal, SignedIn } from '../../auth/principal.ts'
import type { LoginRequest } from '../../ground/types.ts'
import type { Instance } from '../instance/instance.ts'
import { type Switch, switchPage } from '../pages/confirm-pages.ts'
import { textsFor } from '../request/language.ts'
import { sendPage } from '../request/respond.ts'
import { type FurtherParameters, sealParameters } from './further-parameters.ts'
import { fieldsOf } from './login-target.ts'

/** The sign-in that a link asks for. */
interface AskedByLink extends LoginRequest {
  /** The proof that the user confirmed. */
  readonly confirm?: string | undefined
  /** Parameters for Scalekit's page. The kit does not know to which target they lead. */
  readonly forwarded?: FurtherParameters | undefined
}

/**
 * Asks the user before a link on another site replaces a live session by that of another
 * organization or user. The confirmation returns to `/login` with a proof that is only valid for
 * this session and this target.
 *
 * @param asked The parameters of the link, which the confirmation has to repeat.
 * @param request The parameters with the target that was found for them.
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
  const switching = await switchTo(instance, principal, request, 'link')
  const page = switchPage({ ...form, method: 'get' }, switching, textsFor(instance, req, res))
  sendPage(res, 200, page, theme)
  return true
}

/**
 * Describes a sign-in that would replace a session. Without another email address, it is to another
 * organization. That is named only if the user has signed in to it: a link can contain any id.
 */
export async function switchTo(
  { lookUpName }: Pick<Instance, 'lookUpName'>,
  { user, organizationId: current, authenticatedOrganizations }: SignedIn,
  { organizationId, loginHint }: LoginRequest,
  by: Switch['by'],
): Promise<Switch> {
  const from = user.email ?? user.name
  const isSameUser =
    loginHint === undefined || loginHint.toLowerCase() === user.email?.toLowerCase()
  if (!isSameUser || organizationId === undefined || organizationId === current) {
    return { from, to: { kind: 'account', name: loginHint }, by }
  }
  const isKnown = authenticatedOrganizations.includes(organizationId)
  const { displayName: name } = isKnown ? await lookUpName(organizationId) : {}
  return { from, to: { kind: 'organization', name }, by }
}

/**
 * Whether the user came from a page of this site or from the address bar. Browsers that send no
 * fetch metadata, as over http, name the page in `Referer`.
 */
export function isOfThisSite(req: IncomingMessage, { addresses }: Instance): boolean {
  const site = req.headers['sec-fetch-site']
  if (site) return site === 'same-origin' || site === 'none'
  const { referer } = req.headers
  const origin = referer !== undefined && URL.canParse(referer) && new URL(referer).origin
  return origin === addresses.origin(req)
}

/** Whether the sign-in could replace the session. A link without a target does not. */
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
