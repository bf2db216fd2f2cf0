import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SignedIn } from '../auth/principal.ts'
import { neverCache } from '../cookies.ts'
import { AccessError, asScalekitError, ConfigError } from '../errors.ts'
import { contextOf, type Instance } from './context.ts'
import type { Middleware, Next } from './middleware.ts'
import { type OrganizationSelector, selectOrganization } from './organization-selector.ts'
import { answerRefusal, type Refusal, refusals } from './refusals.ts'

/** What a guard does besides letting through. */
export interface GuardOptions {
  /** `next` hands a refusal to the application's error handler as an {@link AccessError}. */
  readonly refuse?: 'answer' | 'next'
}

/** The guards, working with one instance or with the one mounted last. */
export interface Guards {
  /** Lets through whoever is signed in. */
  requireAuth(options?: GuardOptions): Middleware
  /**
   * Lets through whoever is signed in to the selected organization, and nobody else: not members
   * of it who are signed in to another, and nobody when no organization was selected.
   *
   * @example app.get('/o/:org', requireOrganization({ param: 'org' }), show)
   */
  requireOrganization<Req extends IncomingMessage = IncomingMessage>(
    select: OrganizationSelector<Req>,
    options?: GuardOptions,
  ): Middleware
  /**
   * Lets through whoever has at least one of the roles, in the current organization.
   *
   * @throws {@link ConfigError} for an empty list, which nobody could mean
   */
  requireRole(role: string | readonly string[], options?: GuardOptions): Middleware
}

/** @param instance Its own guards; without it, the free ones. */
export function guards(instance?: Instance): Guards {
  return {
    requireAuth: (options) =>
      guard(instance, options, function requireAuth() {
        return undefined
      }),
    requireOrganization: <Req extends IncomingMessage>(
      select: OrganizationSelector<Req>,
      options?: GuardOptions,
    ) =>
      guard(instance, options, function requireOrganization(principal, req) {
        // The framework that calls this guard is the one whose request type `select` names.
        const selected = selectOrganization(select, req as Req)
        if (selected === undefined) return refusals.organizationRequired
        return principal.organizationId === selected
          ? undefined
          : refusals.wrongOrganization(selected)
      }),
    requireRole: (role, options) => {
      const roles = namesOf(role)
      return guard(instance, options, function requireRole(principal) {
        return roles.some((name) => principal.roles.includes(name))
          ? undefined
          : refusals.roleRequired
      })
    },
  }
}

function namesOf(role: string | readonly string[]): readonly string[] {
  const roles = [role].flat()
  const isUsable =
    roles.length > 0 && roles.every((name) => typeof name === 'string' && name !== '')
  if (!isUsable) throw new ConfigError(['requireRole() needs the name of at least one role'])
  return roles
}

/** Answers why not, or `undefined` to let through. */
type Check = (principal: SignedIn, req: IncomingMessage) => Refusal | undefined

function guard(own: Instance | undefined, options: GuardOptions = {}, check: Check): Middleware {
  return function guardMiddleware(req, res, next) {
    let instance: Instance
    let refusal: Refusal | undefined
    try {
      const context = contextOf(req, own)
      const { principal } = context
      instance = context.instance
      refusal = principal.status === 'signed-in' ? check(principal, req) : refusals.notSignedIn
    } catch (error) {
      refuseByError(error, req, res, next, options)
      return
    }
    // Whoever passes sees what is theirs, and whoever does not may pass in a minute.
    neverCache(res)
    if (!refusal) next()
    else if (options.refuse === 'next') next(accessError(refusal))
    else answerRefusal(refusal, instance, req, res)
  }
}

/** What cannot be told is refused, and never as "not signed in". */
function refuseByError(
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
  { refuse }: GuardOptions,
): void {
  const known = asScalekitError(error, 'unexpected', 'A guard could not decide')
  if (known.code === 'store_unavailable' && refuse !== 'next') {
    neverCache(res)
    answerRefusal(known, undefined, req, res)
  } else {
    next(known)
  }
}

function accessError({ code, message, hint }: Refusal): AccessError {
  return new AccessError(code, message, hint === undefined ? {} : { hint })
}
