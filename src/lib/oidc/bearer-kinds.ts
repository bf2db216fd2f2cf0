// Public declarations lead here, so this file has no type of jose.

/** The kinds of access tokens: those of users, and those that a client has for itself. */
export const bearerKinds = ['user', 'organization-client', 'this-client'] as const

/**
 * The kind of an access token. `user`: a user's token. `organization-client`: the token of an API
 * client of an organization (`m2morg_…`). `this-client`: the token that this application's client
 * has for itself, without a user.
 */
export type BearerKind = (typeof bearerKinds)[number]
