import { type Env, isProduction } from './fields.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** What works but should be known. */
export function remarks(options: ScalekitAuthOptions, env: Env): string[] {
  const lines: string[] = []
  const [url, alias] = [env.SCALEKIT_ENVIRONMENT_URL, env.SCALEKIT_ENV_URL]
  if (options.environmentUrl === undefined && url && alias && url !== alias) {
    lines.push('SCALEKIT_ENVIRONMENT_URL and SCALEKIT_ENV_URL differ; the first is used')
  }
  if (isProduction(env)) {
    if (!options.store) {
      lines.push(
        'store_in_memory: a logout reaches only this process; with several processes pass a shared `store`',
      )
    }
    return lines
  }
  if (!(options.secret ?? env.SCALEKIT_COOKIE_SECRET)) {
    lines.push(
      '`secret` is derived from the client secret; set SCALEKIT_COOKIE_SECRET in production',
    )
  }
  return lines
}
