import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AccessError, LoginError } from '../../ground/errors.ts'
import { bearerKinds } from '../../oidc/bearer-kinds.ts'
import { type Context, contextOf } from '../instance/context.ts'
import type { Instance } from '../instance/instance.ts'
import { parsedCsrfField } from '../request/csrf-field.ts'
import type { Middleware, Next } from '../request/middleware.ts'
import { isWanted } from '../request/same-origin.ts'
import { refusalOf } from './accepts.ts'
import { tellDenied } from './denial.ts'
import { type GuardOptions, refuseByError } from './guard.ts'
import { accessError, answerRefusal, type Refusal, sendRefusal } from './refusals.ts'

/** Methods that change nothing. @see RFC 9110 section 9.2.1 */
const safeMethods = ['GET', 'HEAD', 'OPTIONS']

const crossSite: Refusal<'cross_site_request'> = {
  code: 'cross_site_request',
  message: 'The request did not come from this site',
  hint: 'Send it from a page of the application. Where a browser sends neither Sec-Fetch-Site nor Origin, put req.scalekit.csrfToken() into the field `csrf` of the form, below a body parser, or into the header X-CSRF-Token.',
}

/** @internal */
export function sameOriginGuard(own: Instance | undefined, options: GuardOptions = {}): Middleware {
  return function requireSameOrigin(req, res, next) {
    if (safeMethods.includes(req.method ?? '')) return next()
    let context: Context
    try {
      context = contextOf(req, own)
    } catch (error) {
      return next(error)
    }
    check(context, req).then(
      (refusal) =>
        refusal === undefined ? next() : refuse(refusal, context, req, res, next, options),
      (error) => refuseByError(error, context.instance, req, res, next, options),
    )
  }
}

type CrossSite = Refusal<'cross_site_request'> | Refusal

/**
 * A request with an access token passes: no browser adds one by itself.
 *
 * @returns the refusal, or `undefined` for a request of this site or with an accepted token
 */
async function check(context: Context, req: IncomingMessage): Promise<CrossSite | undefined> {
  if (context.isStale()) await context.refresh()
  if (context.isByToken) {
    return refusalOf(context.ask(), bearerKinds)
  }
  const { addresses, csrf } = context.instance
  const isCsrfToken = (token: string) => {
    const { principal } = context
    return principal.sessionId !== undefined && csrf.isValid(token, principal.sessionId)
  }
  const proof = { origin: addresses.origin(req), isCsrfToken, csrfField: parsedCsrfField }
  return (await isWanted(req, proof)) ? undefined : crossSite
}

function refuse(
  refusal: CrossSite,
  context: Context,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
  { refuse }: GuardOptions,
): void {
  const { instance, isByToken } = context
  tellDenied(instance, req, refusal.code, () => (isByToken ? context.ask() : undefined))
  if (refuse === 'next') next(errorOf(refusal, instance))
  else if (isByToken) sendRefusal(refusal, instance, res)
  else answerRefusal(refusal, instance, req, res, next)
}

function errorOf(refusal: CrossSite, instance: Instance): LoginError | AccessError {
  if (refusal !== crossSite) return accessError(refusal as Refusal, instance)
  const { code, message, hint } = crossSite
  return new LoginError(code, message, hint === undefined ? {} : { hint })
}
