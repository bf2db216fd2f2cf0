import { type Env, isProduction } from './environment.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** What works but should be known. */
export function warnings(options: ScalekitAuthOptions, env: Env): string[] {
  return [
    ...environmentWarnings(options, env),
    ...(isProduction(env) ? productionWarnings(options) : developmentWarnings(env)),
  ]
}

function environmentWarnings({ environmentUrl }: ScalekitAuthOptions, env: Env): string[] {
  const [url, alias] = [env.SCALEKIT_ENVIRONMENT_URL, env.SCALEKIT_ENV_URL]
  if (environmentUrl !== undefined || !url || !alias || url === alias) return []
  return [
    'SCALEKIT_ENVIRONMENT_URL and SCALEKIT_ENV_URL differ: the kit uses the first, so remove SCALEKIT_ENV_URL',
  ]
}

function productionWarnings({ store }: ScalekitAuthOptions): string[] {
  if (store) return []
  return [
    'store_in_memory: a sign-out only takes effect in the process that handled it. With more than one process, pass a shared `store`.',
  ]
}

function developmentWarnings({ NODE_ENV: mode = 'development' }: Env): string[] {
  if (['development', 'test'].includes(mode)) return []
  return [
    `NODE_ENV is ${JSON.stringify(mode)}, which counts as development: set it to "production" where users sign in`,
  ]
}

/** What lets every visitor in, and must never go unseen. */
export function alarms({ dangerouslyAllowEmulator }: ScalekitAuthOptions, env: Env): string[] {
  if (!isProduction(env) || !dangerouslyAllowEmulator) return []
  return [
    'emulator_allowed: `dangerouslyAllowEmulator` is set in production. With an emulator, every visitor can sign in as every user. Use it for end-to-end tests only.',
  ]
}

/** What is as it should be in development, for the reader of a verbose log. */
export function notes({ secret }: ScalekitAuthOptions, env: Env): string[] {
  if (isProduction(env) || (secret ?? env.SCALEKIT_COOKIE_SECRET)) return []
  return [
    'Development: deriving the cookie secret from the client secret. Set SCALEKIT_COOKIE_SECRET in production.',
  ]
}
