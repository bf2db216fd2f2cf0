import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoginError } from '../../ground/errors.ts'
import { type Context, contextOf } from '../instance/context.ts'
import type { Instance } from '../instance/instance.ts'
import { parsedCsrfField } from '../request/csrf-field.ts'
import type { Middleware, Next } from '../request/middleware.ts'
import { isWanted } from '../request/same-origin.ts'
import { tellDenied } from './denial.ts'
import { type GuardOptions, refuseByError } from './guard.ts'
import { answerRefusal, type Refusal } from './refusals.ts'

/** They change nothing. @see RFC 9110 section 9.2.1 */
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
    check(own, req).then(
      (context) => (context === undefined ? next() : refuse(context, req, res, next, options)),
      (error) => refuseByError(error, req, res, next, options),
    )
  }
}

/** @returns where the request was asked, if it is not of this site */
async function check(
  own: Instance | undefined,
  req: IncomingMessage,
): Promise<Context | undefined> {
  const context = contextOf(req, own)
  if (context.isStale()) await context.refresh()
  const { addresses, csrf } = context.instance
  const isCsrfToken = (token: string) => {
    const { principal } = context
    return principal.sessionId !== undefined && csrf.isValid(token, principal.sessionId)
  }
  const proof = { origin: addresses.origin(req), isCsrfToken, csrfField: parsedCsrfField }
  return (await isWanted(req, proof)) ? undefined : context
}

function refuse(
  { instance }: Context,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
  { refuse }: GuardOptions,
): void {
  const { code, message, hint } = crossSite
  tellDenied(instance, req, code)
  if (refuse === 'next') next(new LoginError(code, message, hint === undefined ? {} : { hint }))
  else answerRefusal(crossSite, instance, req, res)
}
