import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Field,
  nonEmptyString,
  optionalFunction,
  readFields,
  trueOrFalse,
  unknownNames,
} from '../ground/fields.ts'
import { problem } from './problem.ts'

/** Options of the session that `signIn()` creates. */
export interface SignInOptions {
  /**
   * Your application. It then serves the callback with all its middleware. Required if sessions are
   * in an `express-session` of your own.
   */
  readonly app?: (req: IncomingMessage, res: ServerResponse) => unknown
  /**
   * The organization to sign in to, for an emulator's user of several: Scalekit's id (`org_…`) or
   * your own id. Default: the one with the domain of the email address, otherwise the first.
   */
  readonly organization?: string
  /** Whether the session has expired. Default: false. */
  readonly expired?: boolean
  /** Whether the session has been ended, as after a removal from the directory. Default: false. */
  readonly revoked?: boolean
  /**
   * When the user authenticated: the `auth_time` that `requireRecentAuth` checks. A number is in
   * milliseconds since the epoch. Default: the token has no `auth_time`, like Scalekit's tokens.
   */
  readonly authenticatedAt?: Date | number
}

/** Validated {@link SignInOptions}. */
export interface SignInSettings {
  readonly app: SignInOptions['app']
  readonly organization: string | undefined
  readonly expired: boolean
  readonly revoked: boolean
  /** In milliseconds since the epoch. */
  readonly authenticatedAt: number | undefined
}

/** @throws {@link ConfigError} `test_sign_in_invalid` */
export function readOptions(given: SignInOptions): SignInSettings {
  const { app, organization, expired = false, revoked = false, authenticatedAt } = given ?? {}
  const fields: { readonly [Name in keyof SignInSettings]: Field<SignInSettings[Name]> } = {
    app: () => optionalFunction(app),
    organization: () => (organization === undefined ? undefined : nonEmptyString(organization)),
    expired: () => trueOrFalse(expired),
    revoked: () => trueOrFalse(revoked),
    authenticatedAt: () => time(authenticatedAt),
  }
  const problems = unknownNames(given, Object.keys(fields), 'options.')
  const settings = readFields<SignInSettings>(fields, problems, 'options.')
  if (problems.length > 0) throw problem(`signIn(auth, who, options): ${problems.join('; ')}`)
  return settings
}

function time(value: unknown): number | undefined {
  const milliseconds = value instanceof Date ? value.getTime() : value
  if (milliseconds === undefined || Number.isFinite(milliseconds)) return milliseconds as number
  throw new Error('must be a Date or a number of milliseconds since the epoch')
}
