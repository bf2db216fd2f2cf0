import { type Guards, guards } from './guards.ts'

const free = guards()

// Each says again what `Guards` says: editors show `{@inheritDoc}` as it is.

/** Lets through whoever is signed in. */
export const requireAuth: Guards['requireAuth'] = free.requireAuth

/**
 * Lets through whoever is signed in to the selected organization, and nobody else: not members of
 * it who are signed in to another, and nobody when no organization was selected.
 *
 * @throws {@link ConfigError} for a `select` that could never select one
 * @example app.get('/o/:org', requireOrganization({ param: 'org' }), show)
 */
export const requireOrganization: Guards['requireOrganization'] = free.requireOrganization

/**
 * Lets through whoever has at least one of the roles, in the current organization.
 *
 * @throws {@link ConfigError} for an empty list, which nobody could mean
 */
export const requireRole: Guards['requireRole'] = free.requireRole

/**
 * Lets through whoever has every one of the permissions, in the current organization.
 *
 * @throws {@link ConfigError} for an empty list
 */
export const requirePermission: Guards['requirePermission'] = free.requirePermission

/**
 * Lets through whoever's access token was granted every one of the scopes.
 *
 * @throws {@link ConfigError} for an empty list
 */
export const requireScope: Guards['requireScope'] = free.requireScope

/**
 * Lets through whoever proved who they are lately, and sends a person to do so again: before
 * changing how somebody signs in, or what they pay.
 *
 * What counts is Scalekit's `auth_time`, or a sign-in with `prompt=login`; nothing else does.
 *
 * @throws {@link ConfigError} when `maxAgeSeconds` is not a number greater than 0
 * @see RFC 9470
 */
export const requireRecentAuth: Guards['requireRecentAuth'] = free.requireRecentAuth
