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

/** What a session of `signIn()` is to be like, beside whose it is. */
export interface SignInOptions {
  /**
   * Your application, which then serves the callback with all of its middleware. Required where
   * sessions are in an `express-session` of your own.
   */
  readonly app?: (req: IncomingMessage, res: ServerResponse) => unknown
  /**
   * The organization to sign in to, for an emulator's user of several: its id (`org_…`) or your own
   * id of it. Default: the one whose domain the email address has, else the first.
   */
  readonly organization?: string
  /** Whether the time of the session is over. Default: false. */
  readonly expired?: boolean
  /** Whether the session was ended, as by a removal from the directory. Default: false. */
  readonly revoked?: boolean
  /**
   * When the user authenticated: the `auth_time` that `requireRecentAuth` looks at. A number counts
   * milliseconds since the epoch. Default: the token does not say, as Scalekit's do not.
   */
  readonly authenticatedAt?: Date | number
}

/** {@link SignInOptions} that were read. */
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
