import type { KeyObject } from 'node:crypto'
import type { EmulatorRules } from '../ground/environment-url.ts'
import { ConfigError } from '../ground/errors.ts'
import { emulatorInterceptorSecret, emulatorWebhookSecret } from '../ground/sample-secrets.ts'
import type { Scheme } from '../webhooks/scheme.ts'
import type { Secrets } from '../webhooks/signing-keys.ts'
import type { Env } from './environment.ts'

/** The keys that verify signatures. Empty if no signing secret is set. */
export type SigningKeys = readonly KeyObject[]

/**
 * Reads a signing secret. Handlers require one. Without handlers, a secret enables the kit's own
 * reactions, such as ending sessions.
 */
export function signingKeys(
  value: unknown,
  variable: string,
  {
    scheme,
    isNeeded,
    env,
    emulator,
  }: {
    readonly scheme: Scheme
    readonly isNeeded: boolean
    readonly env: Env
    readonly emulator: EmulatorRules
  },
): SigningKeys {
  const secret = (value ?? env[variable]?.split(',')) as Secrets | undefined
  if (secret !== undefined) return readKeys(secret, scheme, emulator)
  if (!isNeeded) return []
  throw new Error(`is missing: set ${variable} to the endpoint’s signing secret`)
}

const emulatorSecrets = [emulatorWebhookSecret, emulatorInterceptorSecret]

function readKeys(secret: Secrets, scheme: Scheme, { isAllowed }: EmulatorRules): SigningKeys {
  if (!isAllowed && [secret].flat().some((text) => emulatorSecrets.includes(text))) {
    throw new Error(
      'is the emulator’s signing secret, which is public: use the secret of your endpoint',
    )
  }
  try {
    return scheme.keysOf(secret)
  } catch (error) {
    // The sentence begins with `secret`. It is removed, because the reader adds the option's name.
    const [problem] = error instanceof ConfigError ? error.problems : []
    throw new Error(
      problem?.replace(/^`secret(\[\d+\])?` /, '') ?? 'must be a string or an array of strings',
      {
        cause: error,
      },
    )
  }
}
