import type { IncomingMessage, ServerResponse } from 'node:http'
import { neverStore } from '../../ground/caching.ts'
import { asScalekitError, ConfigError } from '../../ground/errors.ts'
import { type Context, contextOf } from '../instance/context.ts'
import type { Instance } from '../instance/instance.ts'
import { type Middleware, type Next, originalUrl, pathOf } from '../request/middleware.ts'
import type { Check } from './checks.ts'
import { accessError, answerRefusal, type Refusal, refusals } from './refusals.ts'

/** What a guard does besides letting through. */
export interface GuardOptions {
  /** `next` hands a refusal to the application's error handler as an {@link AccessError}. */
  readonly refuse?: 'answer' | 'next'
}

/**
 * Makes a middleware of a check, which only signed-in users reach.
 *
 * @internal
 */
export function guard(
  own: Instance | undefined,
  options: GuardOptions = {},
  check: Check,
): Middleware {
  function refusalOf(context: Context, req: IncomingMessage): Refusal | undefined {
    const principal = context.ask()
    return principal.status === 'signed-in'
      ? check(principal, req, context.instance)
      : refusals.notSignedIn
  }

  function decide(context: Context, req: IncomingMessage, res: ServerResponse, next: Next): void {
    const { instance } = context
    let refusal: Refusal | undefined
    try {
      refusal = refusalOf(context, req)
    } catch (error) {
      context.keepPrivate()
      refuseByError(error, req, res, next, options)
      return
    }
    if (refusal && options.refuse !== 'next') {
      if (asksForLogin(req, instance)) next(loginOutOfReach(instance))
      else answerRefusal(refusal, instance, req, res)
      return
    }
    // Whoever passes sees what is theirs, and whoever does not may pass in a minute.
    neverStore(res)
    context.keepPrivate()
    next(refusal && accessError(refusal, instance))
  }

  return function guardMiddleware(req, res, next) {
    let context: Context
    try {
      context = contextOf(req, own)
    } catch (error) {
      next(error)
      return
    }
    const go = () => decide(context, req, res, next)
    // A body, or whatever else stands in front, may have taken its time.
    if (context.isStale()) context.refresh().then(go).catch(next)
    else go()
  }
}

/** Whoever is sent there would come back here, and be sent there again. */
function asksForLogin(req: IncomingMessage, { addresses }: Instance): boolean {
  return pathOf(originalUrl(req)) === addresses.paths.login
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

/** Where nobody can tell who is asking they are refused, and never as "not signed in". */
export function refuseByError(
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
  { refuse }: GuardOptions,
): void {
  const known = asScalekitError(error, 'unexpected', 'The guard failed')
  if (known.code === 'store_unavailable' && refuse !== 'next') {
    answerRefusal(known, undefined, req, res)
  } else {
    next(known)
  }
}
