import type { Json } from '../ground/types.ts'

/** A person in a directory. Most of this is there only when it was asked for by `includeDetail`. */
export interface DirectoryUser {
  readonly id: string
  readonly organizationId?: string
  /** The person's id at the identity provider. */
  readonly dpId?: string
  readonly preferredUsername?: string
  readonly email?: string
  readonly emails?: readonly string[]
  /** False for somebody who must not get in. */
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
  /** By the directory's own keys, as the two below. */
  readonly customAttributes?: Json
  readonly rawAttributes?: Json
  /** All of it as it was sent. */
  readonly userDetail?: Json
  readonly updatedAt?: string
}

/** A role of a person. */
export interface DirectoryUserRole {
  readonly role?: string
  readonly name?: string
  /** Today's name for `role`. */
  readonly roleName?: string
}

/** A group that a person is in. */
export interface DirectoryUserGroup {
  readonly id: string
  readonly name?: string
  /** Today's name for `name`. */
  readonly displayName?: string
  readonly totalUsers?: number
  readonly updatedAt?: string
}

/** Where a person is. */
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
  /** All of it as it was sent, where `includeDetail` asked for it. */
  readonly groupDetail?: Json
}
