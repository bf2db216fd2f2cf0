import type { EmulatorRules } from '../ground/environment-url.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** The environment variables, e.g. `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>

/** Drops empty variables: `NAME=` in an env file means that the variable is not set. */
export function withoutEmpty(variables: Env): Env {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

/**
 * Outside production, an emulator is accepted. In production, `dangerouslyAllowEmulator` is
 * required.
 */
export function emulatorRules(
  options: Pick<ScalekitAuthOptions, 'dangerouslyAllowEmulator' | 'dangerouslyAllowHttp'> | null,
  env: Env,
): EmulatorRules {
  return {
    isAllowed: !isProduction(env) || options?.dangerouslyAllowEmulator === true,
    isAllowedElsewhere: options?.dangerouslyAllowHttp === true,
  }
}

export function isProduction(env: Env): boolean {
  return env.NODE_ENV === 'production'
}
