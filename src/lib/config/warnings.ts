import { type Env, isProduction } from './environment.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** What works but should be known. */
export function warnings(options: ScalekitAuthOptions, env: Env): string[] {
  return [
    ...environmentWarnings(options, env),
    ...(isProduction(env) ? productionWarnings(options) : developmentWarnings(options, env)),
  ]
}

function environmentWarnings({ environmentUrl }: ScalekitAuthOptions, env: Env): string[] {
  const [url, alias] = [env.SCALEKIT_ENVIRONMENT_URL, env.SCALEKIT_ENV_URL]
  if (environmentUrl !== undefined || !url || !alias || url === alias) return []
  return ['SCALEKIT_ENVIRONMENT_URL and SCALEKIT_ENV_URL differ; the first is used']
}

function productionWarnings({ store }: ScalekitAuthOptions): string[] {
  if (store) return []
  return [
    'store_in_memory: a logout reaches only this process; with several processes pass a shared `store`',
  ]
}

function developmentWarnings({ secret }: ScalekitAuthOptions, env: Env): string[] {
  const { NODE_ENV: mode = 'development', SCALEKIT_COOKIE_SECRET: variable } = env
  return [
    ...(['development', 'test'].includes(mode)
      ? []
      : [
          `NODE_ENV is ${JSON.stringify(mode)}, which counts as development: set it to "production" where users sign in`,
        ]),
    ...((secret ?? variable)
      ? []
      : ['`secret` is derived from the client secret; set SCALEKIT_COOKIE_SECRET in production']),
  ]
}
