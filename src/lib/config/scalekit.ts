import { assertEncrypted, environmentOrigin } from '../ground/environment-url.ts'
import { nonEmptyString, webUrl } from '../ground/fields.ts'
import { emulatorClientSecret } from '../ground/sample-secrets.ts'
import { Secret } from '../ground/secret.ts'
import type { RootScope } from './group.ts'

type EmulatorScope = Pick<RootScope, 'env' | 'emulator'>

/** Reads the origin of the Scalekit environment. */
export function environmentUrl(value: unknown, { env, emulator }: EmulatorScope): URL {
  const given = value ?? env.SCALEKIT_ENVIRONMENT_URL ?? env.SCALEKIT_ENV_URL
  if (given === undefined || given === '') {
    throw new Error(
      'is missing: set SCALEKIT_ENVIRONMENT_URL, or run `npx express-scalekit emulator` and use the variables that it prints',
    )
  }
  const url = environmentOrigin(given)
  assertEncrypted(url, emulator)
  return url
}

/** Returns the issuer unchanged, because it is compared as a string with the claims of tokens. */
export function issuer(value: unknown, scope: RootScope): string {
  if (value === undefined) return defaultIssuer(scope)
  // The endpoints may be at the issuer's origin, and receive the client secret.
  assertEncrypted(webUrl(value), scope.emulator)
  return value as string
}

/** Scalekit's issuer is the environment URL without the slash at its end. */
function defaultIssuer(scope: RootScope): string {
  try {
    return environmentUrl(scope.group.environmentUrl, scope).origin
  } catch {
    // The problem is reported for `environmentUrl`.
    return ''
  }
}

export function clientSecret(value: unknown, { env, emulator }: EmulatorScope): Secret {
  const given = required(value ?? env.SCALEKIT_CLIENT_SECRET, 'SCALEKIT_CLIENT_SECRET')
  if (!emulator.isAllowed && given === emulatorClientSecret) {
    throw new Error(
      'is the emulator’s client secret, which is public: use the secret of your environment',
    )
  }
  return new Secret(given)
}

/** Reads a required string from an option or its variable. */
export function required(value: unknown, variable: string): string {
  if (value === undefined || value === '') throw new Error(`is missing: set ${variable}`)
  return nonEmptyString(value)
}
