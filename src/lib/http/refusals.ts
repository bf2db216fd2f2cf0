import type { IncomingMessage, ServerResponse } from 'node:http'
import { statusOf } from '../errors.ts'
import type { Instance } from './context.ts'
import { asksForPage, isNavigation } from './navigation.ts'
import { errorPage } from './pages.ts'
import { type Problem, redirect, sendPage, sendProblem } from './respond.ts'

/** Why a guard does not let through. No Error: a refusal is ordinary, and a stack is dear. */
export interface Refusal extends Problem {
  /** What a sign-in that would help has to name. */
  readonly login?: Readonly<Record<string, string>>
}

export const refusals: {
  readonly notSignedIn: Refusal
  readonly organizationRequired: Refusal
  readonly roleRequired: Refusal
  wrongOrganization(organizationId: string): Refusal
} = {
  notSignedIn: {
    code: 'not_signed_in',
    message: 'Nobody is signed in',
    hint: 'Open loginUrl in the browser, or send the session cookie.',
    login: {},
  },
  organizationRequired: {
    code: 'organization_required',
    message: 'The request does not say which organization it is for',
  },
  roleRequired: {
    code: 'role_required',
    message: 'The user has none of the roles that this needs',
  },
  wrongOrganization: (organizationId) => ({
    code: 'wrong_organization',
    message: 'The user is signed in to another organization',
    hint: 'Open loginUrl in the browser to sign in to this one.',
    login: { organization_id: organizationId },
  }),
}

/** A person opening a page is sent to sign in where that helps; everybody else is told why not. */
export function answerRefusal(
  refusal: Refusal,
  instance: Instance | undefined,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const { code, login } = refusal
  if (login && instance && isNavigation(req)) {
    const returnTo = instance.returnToOf(req)
    redirect(req, res, instance.loginUrl(returnTo ? { ...login, return_to: returnTo } : login))
    return
  }
  const loginUrl = login && instance?.loginUrl(login)
  // A 401 has to say how to authenticate. @see RFC 9110 section 15.5.2
  if (statusOf(code) === 401) res.setHeader('WWW-Authenticate', 'Bearer')
  if (asksForPage(req))
    sendPage(res, statusOf(code), errorPage(code, loginUrl ? { retryUrl: loginUrl } : {}))
  else sendProblem(res, refusal, loginUrl ? { loginUrl } : {})
}
