import type { IncomingMessage, ServerResponse } from 'node:http'
import type { View } from '../../auth/views.ts'
import { authorizationUnknown } from '../../ground/authorization-unavailable.ts'
import { neverStore } from '../../ground/caching.ts'
import { asScalekitError, ConfigError, type ScalekitError } from '../../ground/errors.ts'
import type { BearerKind } from '../../oidc/bearer-kinds.ts'
import { type Context, contextOf } from '../instance/context.ts'
import type { Instance } from '../instance/instance.ts'
import { isFor, type Middleware, type Next } from '../request/middleware.ts'
import { assertAccepts, refusalOf } from './accepts.ts'
import type { Check, Verdict } from './checks.ts'
import { tellDenied } from './denial.ts'
import { accessError, answerRefusal, sendRefusal, withoutLogin } from './refusals.ts'

/** What a guard does besides letting through. */
export interface GuardOptions {
  /**
   * Whom it lets pass besides its own condition. `user`: people, by their session or by an access
   * token. `organization-client`, `this-client`: machines, as far as the option `bearer.accepts` names
   * them, too. Default: `['user']`.
   */
  readonly accepts?: readonly BearerKind[]
  /** `next` hands a refusal to the application's error handler as an {@link AccessError}. */
  readonly refuse?: 'answer' | 'next'
}

/**
 * Makes a middleware of a check, which only callers reach that it accepts: by default, users.
 *
 * @internal
 */
export function guard(
  own: Instance | undefined,
  options: GuardOptions = {},
  check: Check,
): Middleware {
  const { accepts } = options
  assertAccepts(accepts)

  function verdictOf(context: Context, req: IncomingMessage): Verdict | Promise<Verdict> {
    const view = known(context.ask())
    const { principal } = view
    const refusal = refusalOf(view, accepts)
    if (refusal || principal.status === 'signed-out') return refusal
    return check(principal, req, context.instance)
  }

  /** @throws ScalekitError `authorization_unavailable` */
  function known(view: View): View {
    if (view.isLapsed || (view.isUnknown && check.readsAuthority)) throw authorizationUnknown()
    return view
  }

  /** The application may have taken seconds, in which the session or its authority may have ended. */
  function lateVerdict(context: Context, verdict: Verdict): Verdict {
    const view = context.lookAgain()
    if (view?.principal.status === 'signed-out') return refusalOf(view, accepts)
    if (view && !verdict) known(view)
    return verdict
  }

  function answer(
    verdict: Verdict,
    context: Context,
    req: IncomingMessage,
    res: ServerResponse,
    next: Next,
  ): void {
    const { instance, isByToken } = context
    const refusal = verdict && isByToken ? withoutLogin(verdict) : verdict
    if (refusal) tellDenied(instance, req, refusal.code, () => context.ask())
    if (refusal && options.refuse !== 'next') {
      if (isByToken) sendRefusal(refusal, instance, res)
      else if (asksForLogin(req, instance)) next(loginOutOfReach(instance))
      else answerRefusal(refusal, instance, req, res, next)
      return
    }
    // The page is for this user alone, and a user who is refused now may pass in a minute.
    neverStore(res)
    context.keepPrivate()
    next(refusal && accessError(refusal, instance))
  }

  function fail(
    error: unknown,
    context: Context,
    req: IncomingMessage,
    res: ServerResponse,
    next: Next,
  ): void {
    context.keepPrivate()
    tellDenied(context.instance, req, guardError(error).code, () => viewOrNot(context))
    refuseByError(error, context.instance, req, res, next, options)
  }

  /** Waits only where the check does. */
  function decide(context: Context, req: IncomingMessage, res: ServerResponse, next: Next): void {
    let verdict: Verdict | Promise<Verdict>
    try {
      verdict = verdictOf(context, req)
    } catch (error) {
      fail(error, context, req, res, next)
      return
    }
    if (!(verdict instanceof Promise)) {
      answer(verdict, context, req, res, next)
      return
    }
    const settled = verdict
      .then((early) => lateVerdict(context, early))
      .then(
        (late) => answer(late, context, req, res, next),
        (error) => fail(error, context, req, res, next),
      )
    settled.catch(next)
  }

  return function guardMiddleware(req, res, next) {
    let context: Context
    try {
      context = contextOf(req, own)
    } catch (error) {
      next(error)
      return
    }
    // A body, or whatever else stands in front, may have taken its time.
    if (context.isStale()) {
      const renewed = context.refresh().then(() => renewalOf(context))
      renewed.then(() => decide(context, req, res, next)).catch(next)
      return
    }
    const renewal = renewalOf(context)
    if (renewal === undefined) decide(context, req, res, next)
    else renewal.then(() => decide(context, req, res, next)).catch(next)
  }
}

/** Where it cannot be told who is asking, the decision says so. */
function renewalOf(context: Context): Promise<void> | undefined {
  try {
    return context.renewal()
  } catch {
    return undefined
  }
}

function viewOrNot(context: Context): View | undefined {
  try {
    return context.ask()
  } catch {
    return undefined
  }
}

/** A user who is sent to sign in would come back here, and be sent to sign in again. */
function asksForLogin(req: IncomingMessage, { addresses }: Instance): boolean {
  return isFor(req, addresses.routes.login)
}

function loginOutOfReach({ addresses }: Instance): ConfigError {
  return new ConfigError(
    'not_mounted',
    `A guard runs before the kit’s own route ${addresses.paths.login}`,
    {
      hint: 'Put app.use(scalekitAuth()), or the kit’s routes, above the guards.',
    },
  )
}

function guardError(error: unknown): ScalekitError {
  return asScalekitError(error, 'unexpected', 'The guard failed')
}

/** They pass, so the response says when to try again. Other errors are for the application. */
const outages = ['store_unavailable', 'authorization_unavailable', 'provider_unavailable']

/**
 * Answers a request for which nothing can tell who is asking: with 503, and never as if no user were
 * signed in.
 *
 * @internal
 */
export function refuseByError(
  error: unknown,
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
  { refuse }: GuardOptions,
): void {
  const known = guardError(error)
  if (outages.includes(known.code) && refuse !== 'next') {
    answerRefusal(known, instance, req, res, next)
  } else {
    next(known)
  }
}
