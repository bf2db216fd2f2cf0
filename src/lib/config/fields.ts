import { assertEncrypted, environmentOrigin } from '../ground/environment-url.ts'
import { oneOf, originUrl, path, text, texts, webUrl, withMethods } from '../ground/fields.ts'
import type { SessionKind } from '../session/kind.ts'
import type { SessionStore } from '../session/own-session.ts'
import type { StateStore } from '../state/store.ts'
import type { ScalekitAuthOptions, SessionOptions } from './options.ts'
import type { PageOptions } from './page-options.ts'

/** The variables that are read, e.g. `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>

/** The kit's own routes, below the base path. */
export interface Paths {
  readonly login: string
  readonly callback: string
  readonly logout: string
  readonly me: string
  readonly webhooks: string
  readonly interceptors: string
  readonly organizations: string
  readonly portal: string
}

export function isProduction(env: Env): boolean {
  return env.NODE_ENV === 'production'
}

export function required(value: unknown, variable: string): string {
  if (value === undefined || value === '') throw new Error(`is missing: set ${variable}`)
  return text(value)
}

export function environmentUrl(options: ScalekitAuthOptions, env: Env): URL {
  const given = options.environmentUrl ?? env.SCALEKIT_ENVIRONMENT_URL ?? env.SCALEKIT_ENV_URL
  if (given === undefined || given === '') {
    throw new Error(
      'is missing: set SCALEKIT_ENVIRONMENT_URL, or run `npx express-scalekit emulator` and use what it prints',
    )
  }
  const url = environmentOrigin(given)
  assertEncrypted(url, !isProduction(env))
  return url
}

/** Compared as text with what tokens say, so it stays as it was written. */
export function issuer(value: string, env: Env): string {
  // The endpoints may lie at the issuer's origin, and the client secret then goes there.
  assertEncrypted(webUrl(value), !isProduction(env))
  return value
}

export function baseUrls(options: ScalekitAuthOptions, env: Env): readonly [URL, ...URL[]] {
  const given = options.baseUrl ?? env.APP_BASE_URL?.split(',') ?? defaultBaseUrl(env)
  const [first, ...others] = [given].flat().map((value) => originUrl(value))
  if (!first) throw new Error('must name at least one origin')
  if (others.some(({ protocol }) => protocol !== first.protocol)) {
    throw new Error('must be all https or all http')
  }
  if (first.protocol === 'http:' && isProduction(env) && !options.dangerouslyAllowHttp) {
    throw new Error('must begin with https:// in production')
  }
  return [first, ...others]
}

function defaultBaseUrl(env: Env): string {
  if (!isProduction(env)) return `http://localhost:${env.PORT ?? 3000}`
  throw new Error('is missing: set APP_BASE_URL to where browsers reach the application')
}

/** Where sessions are kept; `auto` finds out what the application has mounted. */
export function sessionKind({ kind, store }: SessionOptions): 'auto' | SessionKind {
  if (store === undefined) return oneOf(kind ?? 'auto', ['auto', 'cookie', 'express-session'])
  if (kind === undefined || kind === 'express-session') return 'express-session'
  throw new Error('must be "express-session" where `session.store` is given')
}

export function sessionStore({ store }: SessionOptions): SessionStore | undefined {
  const methods = ['get', 'set', 'destroy', 'regenerate', 'createSession', 'on']
  return store && withMethods(store, methods)
}

/** What is shared by processes. */
export function stateStore(store: StateStore | undefined): StateStore | undefined {
  if (store === undefined) return undefined
  const parts = ['revocations', 'singleUse', 'tokenStore', 'ledger'] as const
  if (parts.every((name) => typeof store?.[name] === 'object')) {
    withMethods(store.revocations, ['write', 'since'])
    return store
  }
  if (typeof (store as Partial<SessionStore> | null)?.regenerate === 'function') {
    throw new Error('is one of express-session: give it as `session.store`')
  }
  throw new Error('must be memoryStore(), redisStore(client) or postgresStore(pool)')
}

export function instanceName(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9_]{1,32}$/.test(value)) return value
  throw new Error('must have 1 to 32 letters, digits or underscores')
}

export function basePath(value: unknown): string {
  return value === '' || value === '/' ? '' : path(value)
}

export function paths(given: ScalekitAuthOptions['paths']): Paths {
  const all = {
    login: path(given?.login ?? '/login'),
    callback: path(given?.callback ?? '/callback'),
    logout: path(given?.logout ?? '/logout'),
    me: path(given?.me ?? '/me'),
    webhooks: path(given?.webhooks ?? '/webhooks'),
    interceptors: path(given?.interceptors ?? '/interceptors'),
    organizations: path(given?.organizations ?? '/organizations'),
    portal: path(given?.portal ?? '/portal'),
  }
  const places = Object.values(all)
  if (new Set(places).size < places.length) throw new Error('must differ from one another')
  return all
}

export function scopes(value: unknown): readonly string[] {
  const list = texts(value)
  const odd = list.find((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
  if (odd !== undefined) throw new Error(`must hold single scopes, not ${JSON.stringify(odd)}`)
  if (!list.includes('openid')) throw new Error('must include openid')
  return list
}

/** It ends inside an element of ours, so it must not end that element. */
export function pageStyle(value: unknown): string {
  if (typeof value === 'string' && !value.includes('</')) return value
  throw new Error('must be CSS, such as :root { --accent: #0a7d4f }')
}

export function pageTexts(value: PageOptions['texts']): PageOptions['texts'] {
  if (value === undefined || typeof value === 'function') return value
  const wrong = Object.entries(value ?? {}).find(([, given]) => typeof given !== 'string')
  if (wrong) throw new Error(`must hold texts; \`${wrong[0]}\` is none`)
  return value
}
