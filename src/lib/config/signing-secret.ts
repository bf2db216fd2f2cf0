import type { KeyObject } from 'node:crypto'
import type { EmulatorRules } from '../ground/environment-url.ts'
import { ConfigError } from '../ground/errors.ts'
import { emulatorInterceptorSecret, emulatorWebhookSecret } from '../ground/sample-secrets.ts'
import type { Scheme } from '../webhooks/scheme.ts'
import type { Secrets } from '../webhooks/signing-keys.ts'
import type { Env } from './environment.ts'

/** What signatures are verified with; empty where no signed request is expected. */
export type SigningKeys = readonly KeyObject[]

/**
 * Reads a signing secret, which handlers need; without handlers, one is enough for what the kit
 * itself does.
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
    // Its sentences begin with `secret`, as this one does.
    const [problem] = error instanceof ConfigError ? error.problems : []
    throw new Error(
      problem?.replace(/^`secret(\[\d+\])?` /, '') ?? 'must be a string or an array of strings',
      {
        cause: error,
      },
    )
  }
}
