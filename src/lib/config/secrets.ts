import { nonEmptyString } from '../ground/fields.ts'
import { emulatorClientSecret } from '../ground/sample-secrets.ts'
import { Secret } from '../ground/secret.ts'
import { type Env, isProduction } from './environment.ts'
import type { ScalekitAuthOptions } from './options.ts'

/**
 * The shortest secret, in characters. A shorter one could be guessed, and HKDF does not strengthen
 * it.
 */
const minSecretLength = 32

/** The secrets for cookies. The first encrypts, all decrypt. */
export function cookieSecrets(
  value: unknown,
  env: Env,
  { clientSecret }: Pick<ScalekitAuthOptions, 'clientSecret'>,
): readonly Secret[] {
  const given = value ?? env.SCALEKIT_COOKIE_SECRET?.split(',')
  if (given !== undefined && given !== '') return strongSecrets(given)
  if (isProduction(env)) {
    throw new Error(
      'is missing: set SCALEKIT_COOKIE_SECRET to the output of `openssl rand -base64 32`',
    )
  }
  return [new Secret(`cookies: ${clientSecret ?? env.SCALEKIT_CLIENT_SECRET}`)]
}

/** Reads one strong secret or an array of them. */
export function strongSecrets(given: unknown): readonly Secret[] {
  const list = [given].flat()
  if (list.length === 0) throw new Error('is an empty array: write at least one secret')
  return list.map((value) => new Secret(strong(nonEmptyString(value))))
}

function strong(secret: string): string {
  if (secret.length < minSecretLength) {
    throw new Error(
      `is shorter than ${minSecretLength} characters: use the output of \`openssl rand -base64 32\``,
    )
  }
  const isSample =
    secret === emulatorClientSecret ||
    new Set(secret).size < 10 ||
    /your.?secret|change.?me|keyboard.?cat/i.test(secret)
  if (isSample)
    throw new Error('looks like a sample value: use the output of `openssl rand -base64 32`')
  return secret
}
