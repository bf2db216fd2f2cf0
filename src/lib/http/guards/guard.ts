import type { IncomingMessage, ServerResponse } from 'node:http'
import type { View } from '../../auth/views.ts'
import { authorizationUnknown } from '../../ground/authorization-unavailable.ts'
import { neverStore } from '../../ground/caching.ts'
import { asScalekitError, ConfigError, type ScalekitError } from '../../ground/errors.ts'
import type { BearerKind } from '../../oidc/bearer-kinds.ts'
import { type Context, contextOf } from '../instance/context.ts'
import type { Instance } from '../instance/instance.ts'
import { isFor, type Middleware, type Next } from '../request/middleware.ts'
import { assertAccepts, refusalOf, warnOfOthers } from './accepts.ts'
import type { Check, Verdict } from './checks.ts'
import { tellDenied } from './denial.ts'
import { accessError, answerRefusal, sendRefusal, withoutLogin } from './refusals.ts'

/** Options that all guards have. */
export interface GuardOptions {
  /**
   * The kinds of callers that may pass if they also meet the guard's condition. `user`: users, by
   * their session or by an access token. `organization-client` and `this-client`: machines, if the
   * option `bearer.accepts` names them as well. Default: `['user']`.
   */
  readonly accepts?: readonly BearerKind[]
  /**
   * `next` passes a refusal to the application's error handler as an {@link AccessError}. Default:
   * `answer`, the kit's own response.
   */
  readonly refuse?: 'answer' | 'next'
}

/**
 * Makes a middleware of a check. The check only runs for callers that the guard accepts: by
 * default, users.
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

  /**
   * Looks again after an asynchronous check: it may have taken seconds, in which the session or its
   * authority may have ended.
   */
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
    if (refusal) {
      warnOfOthers(instance, accepts)
      tellDenied(instance, req, refusal.code, () => context.ask())
    }
    if (refusal && options.refuse !== 'next') {
      if (isByToken) sendRefusal(refusal, instance, res)
      else if (asksForLogin(req, instance)) next(loginOutOfReach(instance))
      else answerRefusal(refusal, instance, req, res, next)
      return
    }
    // The page is for this user only, and a user who is refused now may be let through a minute
    // later.
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

  /** Decides synchronously unless the check returns a promise. */
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
    // A body parser or another middleware in front may have taken long.
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

/** Ignores a failure here: the decision that follows fails for the same reason and reports it. */
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

/**
 * Whether the request is for `/login` itself. A redirect to sign in would lead back to this
 * guard, in a loop.
 */
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

/**
 * Outages are temporary, so the response says when to retry. Other errors go to the application.
 */
const outages = ['store_unavailable', 'authorization_unavailable', 'provider_unavailable']

/**
 * Responds to a request whose user cannot be determined, e.g. in an outage: with an error, and
 * never as if no user were signed in.
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
