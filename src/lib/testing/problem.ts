import { ConfigError } from '../ground/errors.ts'

/** A call of `signIn()` that cannot work, and what to write instead. */
export function problem(message: string, hint?: string): ConfigError {
  return new ConfigError('test_sign_in_invalid', message, { hint })
}
