import { type Guards, guards } from './guards.ts'

const free = guards()

// Each docstring repeats that of `Guards`, because editors show `{@inheritDoc}` literally.

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
export const requireAuth: Guards['requireAuth'] = free.requireAuth

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
export const requireOrganization: Guards['requireOrganization'] = free.requireOrganization

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
export const requireRole: Guards['requireRole'] = free.requireRole

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
export const requirePermission: Guards['requirePermission'] = free.requirePermission

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
export const requireScope: Guards['requireScope'] = free.requireScope

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
export const requireThat: Guards['requireThat'] = free.requireThat

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
export const requireRecentAuth: Guards['requireRecentAuth'] = free.requireRecentAuth

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
export const requireSameOrigin: Guards['requireSameOrigin'] = free.requireSameOrigin
