import type { Json } from '../ground/types.ts'

/** A user in a directory. Most fields are only present with `includeDetail`. */
export interface DirectoryUser {
  readonly id: string
  readonly organizationId?: string
  /** The user's id at the identity provider. */
  readonly dpId?: string
  readonly preferredUsername?: string
  readonly email?: string
  readonly emails?: readonly string[]
  /** False for a user who must not be let in. */
  readonly active?: boolean
  readonly name?: string
  readonly roles?: readonly DirectoryUserRole[]
  readonly groups?: readonly DirectoryUserGroup[]
  readonly givenName?: string
  readonly familyName?: string
  readonly nickname?: string
  readonly picture?: string
  readonly phoneNumber?: string
  readonly address?: DirectoryUserAddress
  readonly employeeId?: string
  readonly title?: string
  readonly department?: string
  readonly division?: string
  readonly costCenter?: string
  readonly organization?: string
  readonly userType?: string
  readonly profile?: string
  readonly language?: string
  readonly locale?: string
  readonly zoneinfo?: string
  /** The keys are the directory's own, as in the two fields below. */
  readonly customAttributes?: Json
  readonly rawAttributes?: Json
  /** The user as the directory sent it. */
  readonly userDetail?: Json
  readonly updatedAt?: string
}

/** A role of a directory user. */
export interface DirectoryUserRole {
  readonly role?: string
  readonly name?: string
  /** Today's API uses this name for `role`. */
  readonly roleName?: string
}

/** A group of a directory user. */
export interface DirectoryUserGroup {
  readonly id: string
  readonly name?: string
  /** Today's API uses this name for `name`. */
  readonly displayName?: string
  readonly totalUsers?: number
  readonly updatedAt?: string
}

/** A postal address of a directory user. */
export interface DirectoryUserAddress {
  readonly postalCode?: string
  readonly state?: string
  readonly formatted?: string
  readonly streetAddress?: string
  readonly locality?: string
  readonly region?: string
  readonly country?: string
}

/** A group in a directory. */
export interface DirectoryGroup {
  readonly id: string
  readonly displayName?: string
  readonly totalUsers?: number
  readonly updatedAt?: string
  /** The group as the directory sent it, if `includeDetail` was set. */
  readonly groupDetail?: Json
}
