import { ConfigError } from '../ground/errors.ts'

/** Creates the error for an invalid call of `signIn()`, with the correct call as its hint. */
export function problem(message: string, hint?: string): ConfigError {
  return new ConfigError('test_sign_in_invalid', message, { hint })
}
