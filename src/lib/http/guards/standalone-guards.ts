import { type Guards, guards } from './guards.ts'

const free = guards()

// Each says again what `Guards` says: editors show `{@inheritDoc}` as it is.

/**
 * Passes requests of signed-in users, and of the machines that `accepts` names.
 *
 * @throws {@link ConfigError} for an `accepts` that names no caller
 * @example app.get('/api/orders', requireAuth({ accepts: ['user', 'organization-client'] }), list)
 */
export const requireAuth: Guards['requireAuth'] = free.requireAuth

/**
 * Passes users whose current organization is the selected one. Users signed in to another organization
 * are refused, and so is every request for which no organization is selected.
 *
 * @throws {@link ConfigError} for a `select` that can never select one
 * @example app.get('/o/:org', requireOrganization({ param: 'org' }), show)
 */
export const requireOrganization: Guards['requireOrganization'] = free.requireOrganization

/**
 * Passes users who have at least one of the roles in the current organization.
 *
 * @throws {@link ConfigError} for an empty array
 */
export const requireRole: Guards['requireRole'] = free.requireRole

/**
 * Passes users who have all of the permissions in the current organization.
 *
 * @throws {@link ConfigError} for an empty array
 */
export const requirePermission: Guards['requirePermission'] = free.requirePermission

/**
 * Passes users whose access token was granted all of the scopes.
 *
 * @throws {@link ConfigError} for an empty array
 */
export const requireScope: Guards['requireScope'] = free.requireScope

/**
 * Passes users for whom `predicate` answers `true`, now or as a promise. `false` is refused with 403
 * and your own `code`. If the predicate throws, takes longer than five seconds or answers something
 * else, the response is 503 `authorization_unavailable`, and no user passes.
 *
 * @throws {@link ConfigError} for a predicate that is no function, or a `code` that is malformed or
 *   one of the kit's
 * @example app.use('/pro', requireThat(isPaying, { code: 'plan_required', detail: 'Please upgrade.' }))
 */
export const requireThat: Guards['requireThat'] = free.requireThat

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
export const requireRecentAuth: Guards['requireRecentAuth'] = free.requireRecentAuth

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
export const requireSameOrigin: Guards['requireSameOrigin'] = free.requireSameOrigin
