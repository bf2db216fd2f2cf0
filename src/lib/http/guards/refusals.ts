import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../../auth/principal.ts'
import { type AccessErrorCode, headersOf, statusOf } from '../../ground/error-codes.ts'
import { errorForRequest } from '../../ground/error-for-request.ts'
import { AccessError, LoginError, ScalekitError } from '../../ground/errors.ts'
import type { OpenEnum } from '../../ground/types.ts'
import { answerWithPage, type VisibleProblem } from '../instance/error-answer.ts'
import type { Instance } from '../instance/instance.ts'
import type { Next } from '../request/middleware.ts'
import { asksForPage, isNavigation } from '../request/navigation.ts'
import { type Problem, redirect, sendProblem, setHeaders } from '../request/respond.ts'

/**
 * The reason for which a guard refuses a request. Not an Error: refusals are common, and capturing
 * a stack trace is expensive.
 */
export interface Refusal<Code extends string = OpenEnum<AccessErrorCode>> extends Problem {
  readonly code: Code
  /** The sentence that the page shows, if the application provides one. */
  readonly text?: string
  /** The query of the sign-in that would resolve the refusal. */
  readonly login?: Readonly<Record<string, string>>
  /** Whether the user is shown a page with a link to that sign-in, in place of a redirect. */
  readonly asksFirst?: boolean
  /** The parameters of `WWW-Authenticate` after the scheme, as `name="value"` parts. */
  readonly challenge?: string
}

export const refusals: {
  readonly notSignedIn: Refusal
  invalidToken(description: string): Refusal
  readonly machineNotAccepted: Refusal
  readonly userNotAccepted: Refusal
  readonly organizationRequired: Refusal
  readonly noOrganization: Refusal
  readonly externalIdSelected: Refusal
  readonly roleRequired: Refusal
  readonly permissionRequired: Refusal
  readonly portalNotAllowed: Refusal
  insufficientScope(scopes: readonly string[]): Refusal
  readonly authTimeMissing: Refusal
  recentAuthRequired(maxAgeSeconds: number, principal: Caller, now: number): Refusal
  wrongOrganization(organizationId: string): Refusal
} = {
  notSignedIn: {
    code: 'not_signed_in',
    message: 'No user is signed in',
    hint: 'Open loginUrl in the browser, or send the session cookie.',
    login: {},
  },
  // @see RFC 6750 section 3.1
  invalidToken: (description) => ({
    code: 'invalid_token',
    message: description,
    challenge: `error="invalid_token", error_description="${description}"`,
  }),
  machineNotAccepted: {
    code: 'machine_not_accepted',
    message: 'The access token is of a client without a user, which this route does not accept',
    hint: 'If such clients may call the route, name their kind in the `accepts` of its guards.',
  },
  userNotAccepted: {
    code: 'user_not_accepted',
    message: 'This route accepts only clients without a user',
  },
  organizationRequired: {
    code: 'organization_required',
    message: 'The request does not name an organization',
    hint: 'If the organization is a parameter of a parent route, create the router with Router({ mergeParams: true }).',
  },
  noOrganization: {
    code: 'organization_required',
    message: 'The user is signed in without an organization',
  },
  externalIdSelected: {
    code: 'wrong_organization',
    message:
      'The request names the organization by your external id, but the guard compares Scalekit’s ids',
    hint: 'Select the `org_…` id, or compare `externalOrganizationId` in the handler.',
  },
  roleRequired: {
    code: 'role_required',
    message: 'The user has none of the required roles',
  },
  portalNotAllowed: {
    code: 'permission_required',
    message: 'The application does not let the user open the admin portal',
  },
  permissionRequired: {
    code: 'permission_required',
    message: 'The user lacks a required permission',
  },
  // @see RFC 6750 section 3.1
  insufficientScope: (scopes) => ({
    code: 'insufficient_scope',
    message: 'The access token lacks a required scope',
    challenge: `error="insufficient_scope", scope="${scopes.join(' ')}"`,
  }),
  authTimeMissing: {
    code: 'auth_time_missing',
    message: 'Scalekit did not say when the user authenticated',
    hint: 'This Scalekit environment sends no auth_time, which no documented token of Scalekit has. To accept a sign-in with prompt=login instead, write requireRecentAuth({ maxAgeSeconds, proof: "prompt" }).',
  },
  // @see RFC 9470 section 3
  recentAuthRequired: (maxAgeSeconds, { organizationId, startedAt }, now) => ({
    code: 'recent_auth_required',
    message: 'The user has not authenticated recently enough',
    hint: 'Open loginUrl in the browser to authenticate again.',
    login: freshLogin(organizationId),
    // A user who has just signed in without proof would be redirected in a loop.
    asksFirst: now - startedAt < justSignedInMs,
    challenge: `error="insufficient_user_authentication", max_age="${maxAgeSeconds}"`,
  }),
  wrongOrganization: (organizationId) => ({
    code: 'wrong_organization',
    message: 'The user is signed in to another organization',
    hint: 'Open loginUrl in the browser to sign in to this one.',
    login: { organization_id: organizationId },
  }),
}

/**
 * Tells a redirect without a page from a sign-in by a person, who needs longer than this. In
 * milliseconds.
 */
const justSignedInMs = 10_000

function freshLogin(organizationId: string | undefined): Record<string, string> {
  const organization = organizationId === undefined ? {} : { organization_id: organizationId }
  return { ...organization, prompt: 'login' }
}

/**
 * Redirects a page load to the sign-in if one would help. Every other request gets the refusal as
 * its response.
 */
export function answerRefusal(
  refusal: Refusal<string>,
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): void {
  const { login, asksFirst } = refusal
  const wayBack = login && isNavigation(req) && loginAndBack(login, instance, req)
  if (wayBack && !asksFirst) {
    redirect(req, res, wayBack)
    return
  }
  if (!asksForPage(req)) {
    sendRefusal(refusal, instance, res)
    return
  }
  const problem = visible(refusal, instance, req, wayBack || loginUrlOf(refusal, instance))
  answerWithPage(instance, problem, req, res, next).catch(next)
}

function visible(
  refusal: Refusal<string>,
  instance: Instance,
  req: IncomingMessage,
  loginUrl: string | undefined,
): VisibleProblem {
  const { code, text } = refusal
  const status = statusOf(code)
  const here = isNavigation(req) ? instance.addresses.returnToOf(req) : undefined
  const signIn = loginUrl === undefined ? undefined : { kind: 'sign-in' as const, url: loginUrl }
  const reload =
    status === 503 && here !== undefined ? { kind: 'retry' as const, url: here } : undefined
  return {
    code,
    status,
    headers: refusalHeaders(refusal, instance),
    text,
    retry: signIn ?? reload,
    returnTo: here,
    toError: () => errorOf(refusal, instance, loginUrl),
  }
}

/** Returns the refusal as an error. A refusal that is an error already is returned unchanged. */
function errorOf(
  refusal: Refusal<string>,
  instance: Instance,
  loginUrl: string | undefined,
): ScalekitError {
  if (refusal instanceof ScalekitError) return refusal
  const { code, message, hint } = refusal
  if (code === 'cross_site_request') return new LoginError(code, message, { hint })
  return errorForRequest(accessError(refusal, instance), loginUrl)
}

function loginAndBack(
  login: Readonly<Record<string, string>>,
  { addresses }: Instance,
  req: IncomingMessage,
): string {
  const returnTo = addresses.returnToOf(req)
  return addresses.loginUrl(returnTo ? { ...login, return_to: returnTo } : login)
}

/** Responds to a program with a problem document. */
export function sendRefusal(
  refusal: Refusal<string>,
  instance: Instance,
  res: ServerResponse,
): void {
  setHeaders(res, refusalHeaders(refusal, instance))
  const loginUrl = loginUrlOf(refusal, instance)
  sendProblem(res, refusal, loginUrl ? { loginUrl } : {})
}

/**
 * Makes an error of a refusal, with the hint, the headers and the `loginUrl` of the kit's own
 * response.
 */
export function accessError(refusal: Refusal, instance: Instance): AccessError {
  const { code, message, hint } = refusal
  const headers = refusalHeaders(refusal, instance)
  // Codes of the application only arrive by this path, so the type is widened here.
  return new AccessError(code as AccessErrorCode, message, {
    hint,
    headers,
    loginUrl: loginUrlOf(refusal, instance),
  })
}

/**
 * Without the option `bearer`, the response has no challenge: it would name a scheme that the kit
 * does not accept.
 */
function refusalHeaders(
  { code, challenge }: Refusal<string>,
  instance: Instance | undefined,
): Readonly<Record<string, string>> | undefined {
  if (!instance?.bearer) return headersOf(code)
  if (challenge) return { 'WWW-Authenticate': `Bearer ${challenge}` }
  // A request without any credentials only gets the scheme. @see RFC 6750 section 3.1
  return statusOf(code) === 401 ? { 'WWW-Authenticate': 'Bearer' } : headersOf(code)
}

/**
 * Removes the sign-in from a refusal, for a request with an access token: its sender opens no
 * pages.
 */
export function withoutLogin({ login, hint, ...refusal }: Refusal): Refusal {
  return login || hint === undefined ? refusal : { ...refusal, hint }
}

/** Returns the path that starts the sign-in that would resolve the refusal, if there is one. */
function loginUrlOf({ login }: Refusal<string>, instance: Instance): string | undefined {
  return login && instance.addresses.loginUrl(login)
}
