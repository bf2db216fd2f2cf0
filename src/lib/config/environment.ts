import type { EmulatorRules } from '../ground/environment-url.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** The variables that are read, e.g. `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>

/** `NAME=` in a file of variables means that there is none. */
export function withoutEmpty(variables: Env): Env {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

/** Outside production an emulator is welcome; in production it takes the ugly name. */
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
