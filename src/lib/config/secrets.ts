import { text } from '../ground/fields.ts'
import { emulatorClientSecret } from '../ground/sample-secrets.ts'
import { Secret } from '../ground/secret.ts'
import { type Env, isProduction, required } from './fields.ts'
import type { ScalekitAuthOptions, SessionOptions } from './options.ts'

/** A shorter secret could be guessed; HKDF makes nothing strong out of something weak. */
const minSecretLength = 32

export function clientSecret(options: ScalekitAuthOptions, env: Env): Secret {
  const value = required(
    options.clientSecret ?? env.SCALEKIT_CLIENT_SECRET,
    'SCALEKIT_CLIENT_SECRET',
  )
  if (isProduction(env) && value === emulatorClientSecret) {
    throw new Error('is the emulator’s, which everybody knows: use your environment’s own')
  }
  return new Secret(value)
}

/** What seals the cookies; the first seals, all open. */
export function secrets(options: ScalekitAuthOptions, env: Env): readonly Secret[] {
  const given = options.secret ?? env.SCALEKIT_COOKIE_SECRET?.split(',')
  if (given === undefined || given === '') return [derivedSecret(options, env)]
  return strongSecrets(given)
}

/** What signs the cookie of a session store; nothing where it is to be derived. */
export function sessionSecrets({ secret, store }: SessionOptions): readonly Secret[] | undefined {
  if (secret === undefined) return undefined
  if (store === undefined) {
    throw new Error('is for the cookie of `session.store`, and there is none: use `secret`')
  }
  return strongSecrets(secret)
}

function derivedSecret(options: ScalekitAuthOptions, env: Env): Secret {
  if (isProduction(env)) {
    throw new Error(
      'is missing: set SCALEKIT_COOKIE_SECRET to the output of `openssl rand -base64 32`',
    )
  }
  return new Secret(`cookies: ${options.clientSecret ?? env.SCALEKIT_CLIENT_SECRET}`)
}

function strongSecrets(given: string | readonly string[]): readonly Secret[] {
  const list = [given].flat()
  if (list.length === 0) throw new Error('must hold at least one secret')
  return list.map((value) => new Secret(strong(text(value))))
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
  if (isSample) throw new Error('looks like a sample: use the output of `openssl rand -base64 32`')
  return secret
}
