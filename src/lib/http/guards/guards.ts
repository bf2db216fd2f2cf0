import type { IncomingMessage } from 'node:http'
import type { AccessPredicate } from '../../auth/predicate.ts'
import type { Caller } from '../../auth/principal.ts'
import { ConfigError } from '../../ground/errors.ts'
import type { BearerKind } from '../../oidc/bearer-kinds.ts'
import type { Instance } from '../instance/instance.ts'
import type { Middleware } from '../request/middleware.ts'
import { noteOrganizationPage } from '../request/organization-pages.ts'
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

/**
 * The guards of one instance, or of the instance that was mounted last.
 *
 * A refused page load is redirected to sign in, if a sign-in would help. Other refused requests get
 * a page or a problem document with the code that each guard names.
 */
export interface Guards {
  /**
   * Passes requests of signed-in users, and of the machines that `accepts` names.
   *
   * @remarks Other requests are refused with `not_signed_in`, `invalid_token`,
   *   `machine_not_accepted` or `user_not_accepted`.
   * @param options `refuse` hands refusals to your error handler; `accepts` also admits machines.
   * @returns the middleware
   * @throws {@link ConfigError} `config_invalid` for an `accepts` that is empty or names an unknown
   *   kind
   * @example app.get('/api/orders', requireAuth({ accepts: ['user', 'organization-client'] }), list)
   */
  requireAuth(options?: GuardOptions): Middleware
  /**
   * Passes users whose current organization is the selected one. Other requests are refused,
   * including all for which no organization is selected.
   *
   * @remarks Users signed in to another organization are refused with `wrong_organization`.
   *   Requests for which no organization is selected are refused with `organization_required`.
   * @param select The organization's id, the place in the request that names it, or a function of
   *   the request.
   * @param options `refuse` hands refusals to your error handler; `accepts` also admits machines.
   * @returns the middleware
   * @throws {@link ConfigError} `config_invalid` for a `select` that can never select an
   *   organization
   * @example app.get('/o/:org', requireOrganization({ param: 'org' }), show)
   */
  requireOrganization<Req extends IncomingMessage = IncomingMessage>(
    select: OrganizationSelector<Req>,
    options?: GuardOptions,
  ): Middleware
  /**
   * Passes users who have at least one of the roles in the current organization.
   *
   * @remarks Others are refused with `role_required`.
   * @param role One role, or several of which one suffices. Names are compared exactly.
   * @param options `refuse` hands refusals to your error handler; `accepts` also admits machines.
   * @returns the middleware
   * @throws {@link ConfigError} `config_invalid` for an empty array or an empty string
   * @example app.get('/admin', requireRole(['admin', 'owner']), showAdmin)
   */
  requireRole(role: string | readonly string[], options?: GuardOptions): Middleware
  /**
   * Passes users who have all of the permissions in the current organization.
   *
   * @remarks Others are refused with `permission_required`.
   * @param permission One permission, or several that are all required.
   * @param options `refuse` hands refusals to your error handler; `accepts` also admits machines.
   * @returns the middleware
   * @throws {@link ConfigError} `config_invalid` for an empty array or an empty string
   * @example app.post('/orders', requirePermission('orders:write'), createOrder)
   */
  requirePermission(permission: string | readonly string[], options?: GuardOptions): Middleware
  /**
   * Passes users whose access token was granted all of the scopes.
   *
   * @remarks Others are refused with `insufficient_scope`.
   * @param scope One scope, or several that are all required.
   * @param options `refuse` hands refusals to your error handler; `accepts` also admits machines.
   * @returns the middleware
   * @throws {@link ConfigError} `config_invalid` for an empty array or an empty string
   * @example app.get('/api/orders', requireScope('orders:read'), list)
   */
  requireScope(scope: string | readonly string[], options?: GuardOptions): Middleware
  /**
   * Accepts machines as well: with `accepts`, the predicate is called for the kinds of callers that
   * it names. Everything else is as in the overload without `accepts`.
   *
   * @param predicate A function of the caller and the request.
   * @param options As in the other overload, and `accepts`.
   * @returns the middleware
   * @throws {@link ConfigError} `config_invalid` as in the other overload, and for an `accepts` that
   *   is empty or names an unknown kind
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
   * Passes users for whom `predicate` returns `true` or a promise of it. For `false`, the request
   * is refused with 403 and your own `code`. If the predicate throws, takes longer than five
   * seconds or returns another value, the response is 503 `authorization_unavailable`.
   *
   * @param predicate A function of the signed-in user's principal and the request.
   * @param options `code` and `detail` of the refusal; `refuse` hands it to your error handler.
   * @returns the middleware
   * @throws {@link ConfigError} `config_invalid` for a predicate that is not a function, a `code`
   *   that is malformed or one of the kit's, or an empty `detail`
   * @example app.use('/pro', requireThat(isPaying, { code: 'plan_required', detail: 'Please upgrade.' }))
   */
  requireThat<Req extends IncomingMessage = IncomingMessage>(
    predicate: AccessPredicate<Req>,
    options: RequireThatOptions,
  ): Middleware
  /**
   * Passes users who authenticated at most `maxAgeSeconds` ago. Other users are sent to
   * authenticate again. Machines cannot be accepted here.
   *
   * @remarks Use it before sensitive changes, such as those of sign-in methods or payment details.
   *   {@link RecentAuth.proof} selects the proof that counts. Requests are refused with
   *   `recent_auth_required` or `auth_time_missing`.
   * @param limit `maxAgeSeconds`, and the `proof` that counts.
   * @param options `refuse` hands refusals to your error handler.
   * @returns the middleware
   * @throws {@link ConfigError} `config_invalid` if `accepts` names a machine, `maxAgeSeconds` is
   *   not a number greater than 0, or `proof` is neither `auth_time` nor `prompt`
   * @example app.post('/password', requireRecentAuth({ maxAgeSeconds: 300 }), changePassword)
   * @see RFC 9470
   */
  requireRecentAuth(limit: RecentAuth, options?: GuardOptions): Middleware
  /**
   * Passes requests that a page of this site sent. Others are refused with `cross_site_request`.
   * GET, HEAD and OPTIONS requests always pass, because they must not change anything. Use it for
   * the application's forms and scripts; no user has to be signed in.
   *
   * @remarks The proof is `Sec-Fetch-Site`, else `Origin`, else `req.scalekit.csrfToken()` in the
   *   header `X-CSRF-Token` or in the form field `csrf`, if a body parser is mounted before the
   *   guard. A request with a valid access token needs no proof: no other site can make a browser
   *   send the token.
   * @param options `refuse` hands refusals to your error handler.
   * @returns the middleware
   * @example app.post('/profile', express.urlencoded(), requireSameOrigin(), requireAuth(), save)
   */
  requireSameOrigin(options?: GuardOptions): Middleware
}

/**
 * @param instance The instance to which the guards belong. Without it, the instance that was
 *   mounted last.
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
        noteOrganizationPage(req)
        // The cast is safe: the framework that calls this guard has the request type that `select`
        // names.
        const selected = selectOrganization(select, req as Req, instance)
        if (selected === undefined) return refusals.organizationRequired
        const { organizationId, externalOrganizationId } = principal
        const current = selectsExternalId(select) ? externalOrganizationId : organizationId
        if (current === selected) return undefined
        // The user is in that organization already. It was selected by its external id where its id
        // is needed, so another sign-in would be refused here again.
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

/** Refuses machines in `accepts`: the guard could never let one pass. */
function assertPeople(accepts: readonly BearerKind[] = []): void {
  if (accepts.every((kind) => kind === 'user')) return
  throw new ConfigError(['requireRecentAuth() cannot accept machines, which never authenticate'])
}

/**
 * Returns one name or several as an array. Throws for an empty array or an empty string, which can
 * only be a mistake of the developer.
 */
function namesOf(given: string | readonly string[], problem: string): readonly string[] {
  const names = [given].flat()
  const isUsable =
    names.length > 0 && names.every((name) => typeof name === 'string' && name !== '')
  if (!isUsable) throw new ConfigError([problem])
  return names
}
