import type { IncomingMessage } from 'node:http'
import type { AccessPredicate } from '../../auth/predicate.ts'
import type { Caller } from '../../auth/principal.ts'
import { ConfigError } from '../../ground/errors.ts'
import type { BearerKind } from '../../oidc/bearer-kinds.ts'
import type { Instance } from '../instance/instance.ts'
import type { Middleware } from '../request/middleware.ts'
import { assertCalled } from './assert-called.ts'
import { requiresPermissions, requiresRole, requiresScopes } from './checks.ts'
import { type GuardOptions, guard } from './guard.ts'
import {
  assertSelects,
  type OrganizationSelector,
  selectOrganization,
  selectsExternalId,
} from './organization-selector.ts'
import { type RecentAuth, requiresRecentAuth } from './recent-auth.ts'
import { refusals } from './refusals.ts'
import { type RequireThatOptions, requiresThat } from './require-that.ts'
import { sameOriginGuard } from './same-origin.ts'

/** Guards of one instance, or of the instance that was mounted last. */
export interface Guards {
  /**
   * Passes requests of signed-in users, and of the machines that `accepts` names.
   *
   * @throws {@link ConfigError} for an `accepts` that names no caller
   * @example app.get('/api/orders', requireAuth({ accepts: ['user', 'organization-client'] }), list)
   */
  requireAuth(options?: GuardOptions): Middleware
  /**
   * Passes users whose current organization is the selected one. Users signed in to another organization
   * are refused, and so is every request for which no organization is selected.
   *
   * @throws {@link ConfigError} for a `select` that can never select one
   * @example app.get('/o/:org', requireOrganization({ param: 'org' }), show)
   */
  requireOrganization<Req extends IncomingMessage = IncomingMessage>(
    select: OrganizationSelector<Req>,
    options?: GuardOptions,
  ): Middleware
  /**
   * Passes users who have at least one of the roles in the current organization.
   *
   * @throws {@link ConfigError} for an empty array
   */
  requireRole(role: string | readonly string[], options?: GuardOptions): Middleware
  /**
   * Passes users who have all of the permissions in the current organization.
   *
   * @throws {@link ConfigError} for an empty array
   */
  requirePermission(permission: string | readonly string[], options?: GuardOptions): Middleware
  /**
   * Passes users whose access token was granted all of the scopes.
   *
   * @throws {@link ConfigError} for an empty array
   */
  requireScope(scope: string | readonly string[], options?: GuardOptions): Middleware
  /**
   * As below, where `accepts` names whom it lets pass: `predicate` then gets machines, too.
   *
   * @example
   * requireThat(({ client }) => client?.id !== blocked, {
   *   code: 'client_blocked',
   *   accepts: ['user', 'organization-client'],
   * })
   */
  requireThat<Req extends IncomingMessage = IncomingMessage>(
    predicate: AccessPredicate<Req, Caller>,
    options: RequireThatOptions & { readonly accepts: readonly BearerKind[] },
  ): Middleware
  /**
   * Passes users for whom `predicate` answers `true`, now or as a promise. `false` is refused with 403
   * and your own `code`. If the predicate throws, takes longer than five seconds or answers something
   * else, the response is 503 `authorization_unavailable`, and no user passes.
   *
   * @throws {@link ConfigError} for a predicate that is no function, or a `code` that is malformed or
   *   one of the kit's
   * @example app.use('/pro', requireThat(isPaying, { code: 'plan_required', detail: 'Please upgrade.' }))
   */
  requireThat<Req extends IncomingMessage = IncomingMessage>(
    predicate: AccessPredicate<Req>,
    options: RequireThatOptions,
  ): Middleware
  /**
   * Passes users who authenticated at most `maxAgeSeconds` ago. Other users are sent to authenticate
   * again: before they change how they sign in, or what they pay.
   *
   * {@link RecentAuth.proof} says what counts as authentication. A machine never authenticates, so it
   * cannot be accepted here.
   *
   * @throws {@link ConfigError} when `accepts` names a machine, when `maxAgeSeconds` is not a number greater than 0, or `proof` is
   *   something else than `auth_time` or `prompt`
   * @see RFC 9470
   */
  requireRecentAuth(limit: RecentAuth, options?: GuardOptions): Middleware
  /**
   * Passes requests that a page of this site sent, and those of GET, HEAD and OPTIONS, which change
   * nothing. Others are refused with `cross_site_request`. For forms and scripts of the application; no
   * user has to be signed in.
   *
   * Proof is `Sec-Fetch-Site`, else `Origin`, else `req.scalekit.csrfToken()` in the header
   * `X-CSRF-Token` or in the field `csrf` of a form that a body parser above has read. A request with
   * a valid access token needs none: no other site can make a browser send it.
   *
   * @example app.post('/profile', express.urlencoded(), requireSameOrigin(), requireAuth(), save)
   */
  requireSameOrigin(options?: GuardOptions): Middleware
}

/**
 * @param instance Its own guards; without it, the free ones.
 *
 * @internal
 */
export function guards(instance?: Instance): Guards {
  return {
    requireAuth: (options = {}) => {
      assertCalled('requireAuth', options)
      return guard(instance, options, function requireAuth() {
        return undefined
      })
    },
    requireOrganization: <Req extends IncomingMessage>(
      select: OrganizationSelector<Req>,
      options?: GuardOptions,
    ) => {
      assertSelects(select)
      return guard(instance, options, function requireOrganization(principal, req, instance) {
        // The framework that calls this guard is the one whose request type `select` names.
        const selected = selectOrganization(select, req as Req, instance)
        if (selected === undefined) return refusals.organizationRequired
        const { organizationId, externalOrganizationId } = principal
        const current = selectsExternalId(select) ? externalOrganizationId : organizationId
        if (current === selected) return undefined
        // To sign in there would lead here again.
        if (externalOrganizationId === selected) return refusals.externalIdSelected
        return refusals.wrongOrganization(selected)
      })
    },
    requireRole: (role, options) => {
      const roles = namesOf(
        role,
        'requireRole() needs at least one role, such as requireRole("admin")',
      )
      return guard(instance, options, requiresRole(roles))
    },
    requirePermission: (permission, options) => {
      const needed = namesOf(
        permission,
        'requirePermission() needs at least one permission, such as requirePermission("orders:read")',
      )
      return guard(instance, options, requiresPermissions(needed))
    },
    requireScope: (scope, options) => {
      const needed = namesOf(
        scope,
        'requireScope() needs at least one scope, such as requireScope("orders:read")',
      )
      return guard(instance, options, requiresScopes(needed))
    },
    requireThat: <Req extends IncomingMessage>(
      predicate: AccessPredicate<Req> | AccessPredicate<Req, Caller>,
      options: RequireThatOptions & Pick<GuardOptions, 'accepts'>,
    ) => guard(instance, options, requiresThat(predicate, options)),
    requireRecentAuth: (limit, options) => {
      assertPeople(options?.accepts)
      return guard(instance, options, requiresRecentAuth(limit))
    },
    requireSameOrigin: (options = {}) => {
      assertCalled('requireSameOrigin', options)
      return sameOriginGuard(instance, options)
    },
  }
}

/** Such a guard would refuse each of them, whatever the machine does. */
function assertPeople(accepts: readonly BearerKind[] = []): void {
  if (accepts.every((kind) => kind === 'user')) return
  throw new ConfigError(['requireRecentAuth() cannot accept machines, which never authenticate'])
}

/** One name or several; none, or an empty one, is a mistake that nobody could mean. */
function namesOf(given: string | readonly string[], problem: string): readonly string[] {
  const names = [given].flat()
  const isUsable =
    names.length > 0 && names.every((name) => typeof name === 'string' && name !== '')
  if (!isUsable) throw new ConfigError([problem])
  return names
}
