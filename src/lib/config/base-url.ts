import { path, webUrl } from '../ground/fields.ts'
import { type Env, isProduction } from './environment.ts'
import type { ScalekitAuthOptions } from './options.ts'

/**
 * The origins at which browsers reach the application, with the path that a proxy removes. The
 * first is used if a request matches none.
 */
export function baseUrls(
  value: unknown,
  env: Env,
  { dangerouslyAllowHttp }: Pick<ScalekitAuthOptions, 'dangerouslyAllowHttp'>,
): readonly [URL, ...URL[]] {
  const given = value ?? env.APP_BASE_URL?.split(',') ?? defaultBaseUrl(env)
  const [first, ...others] = [given].flat().map(applicationUrl)
  if (!first)
    throw new Error('is an empty array: write at least one origin, such as https://app.example')
  if (others.some(({ protocol }) => protocol !== first.protocol)) {
    throw new Error('mixes http and https: use one of them for all origins')
  }
  if (others.some(({ pathname }) => pathname !== first.pathname)) {
    throw new Error('has different paths: use one of them for all origins')
  }
  if (first.protocol === 'http:' && isProduction(env) && !dangerouslyAllowHttp) {
    throw new Error(`must begin with https:// in production, not ${first.origin}`)
  }
  return [first, ...others]
}

function applicationUrl(value: unknown): URL {
  const url = webUrl(value)
  if (url.hostname.includes('*')) {
    throw new Error(
      `must not have a wildcard in its host (${url.host}): a subdomain that an attacker controls could receive sign-ins; list each origin instead`,
    )
  }
  if (url.search || url.hash) {
    throw new Error(`must not have a query or a fragment: write ${url.origin}${url.pathname}`)
  }
  return withoutSlash(url)
}

/** Removes the slash at the end of the path. Without a path, the URL ends in `/`. */
function withoutSlash(url: URL): URL {
  const pathname = url.pathname.replace(/\/$/, '')
  if (pathname !== '') path(pathname)
  return new URL(pathname === '' ? '/' : pathname, url)
}

function defaultBaseUrl(env: Env): string {
  if (!isProduction(env)) return `http://localhost:${env.PORT ?? 3000}`
  throw new Error(
    'is missing: set APP_BASE_URL to the origin that browsers open, such as https://app.example',
  )
}
