import {
  type Field,
  nonEmptyString,
  readFields,
  strings,
  trueOrFalse,
  unknownNames,
} from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import type { Json } from '../ground/types.ts'
import { problem } from './problem.ts'

/** A user that no emulator knows, as their tokens should describe them. */
export interface TestUser {
  readonly email: string
  /** Default: the email address. */
  readonly name?: string
  /** The subject of the tokens. Default: `usr_…`, derived from the email address. */
  readonly userId?: string
  /** Default: true. */
  readonly emailVerified?: boolean
  /** Scalekit's id of the organization (`org_…`), or your own id. Default: no organization. */
  readonly organization?: string
  /** The id of the connection (`conn_…`). Default: derived from the organization. */
  readonly connection?: string
  /** Roles in this organization. Default: none. */
  readonly roles?: readonly string[]
  /** Permissions in this organization. Default: none. */
  readonly permissions?: readonly string[]
  /** Added to the ID token; they override the usual claims. */
  readonly claims?: Json
}

/** A validated {@link TestUser}, with the defaults that do not depend on an emulator. */
export interface DescribedUser {
  readonly email: string
  readonly name: string
  readonly userId: string | undefined
  readonly emailVerified: boolean
  readonly organization: string | undefined
  readonly connection: string | undefined
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly claims: Json
}

/**
 * Validates the user to sign in.
 *
 * @throws {@link ConfigError} `test_sign_in_invalid`
 */
export function readUser(who: unknown): string | DescribedUser {
  if (typeof who === 'string') return who
  if (!isObject(who)) {
    throw problem(
      'The second argument of signIn() must be an email address or an object',
      "Write signIn(auth, 'ada@acme.example') for a user of the emulator, or signIn(auth, { email, organization, roles }) for any other.",
    )
  }
  return described(who as Partial<Record<keyof TestUser, unknown>>)
}

function described(given: Partial<Record<keyof TestUser, unknown>>): DescribedUser {
  const fields: { readonly [Name in keyof DescribedUser]: Field<DescribedUser[Name]> } = {
    email: () => nonEmptyString(given.email),
    name: () => nonEmptyString(given.name ?? given.email),
    userId: () => optional(given.userId),
    emailVerified: () => trueOrFalse(given.emailVerified ?? true),
    organization: () => optional(given.organization),
    connection: () => optional(given.connection),
    roles: () => strings(given.roles ?? []),
    permissions: () => strings(given.permissions ?? []),
    claims: () => claims(given.claims),
  }
  const problems = unknownNames(given, Object.keys(fields), 'who.')
  const user = readFields<DescribedUser>(fields, problems, 'who.')
  if (problems.length > 0) throw problem(`signIn(auth, who): ${problems.join('; ')}`)
  return user
}

function optional(value: unknown): string | undefined {
  return value === undefined ? undefined : nonEmptyString(value)
}

function claims(value: unknown = {}): Json {
  if (isObject(value)) return value
  throw new Error('must be an object')
}
