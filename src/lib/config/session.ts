import { oneOf, strings, wholeSeconds, withMethods } from '../ground/fields.ts'
import type { Secret } from '../ground/secret.ts'
import { protocolClaims } from '../oidc/kept-claims.ts'
import type { SessionKind } from '../session/kind.ts'
import type { SessionStore } from '../session/own-session.ts'
import { isProduction } from './environment.ts'
import { type Read, type RootScope, readGroup, type Scope } from './group.ts'
import type { SessionOptions } from './options.ts'
import { strongSecrets } from './secrets.ts'

type SessionScope = Scope<SessionOptions>

/** The reader of each option of `session`. */
export const sessionReaders = {
  kind: (value: unknown, { group }: SessionScope): 'auto' | SessionKind => kind(value, group),
  store: (value: unknown): SessionStore | undefined => store(value),
  secret: (value: unknown, { group }: SessionScope): readonly Secret[] | undefined =>
    secret(value, group),
  keep: (value: unknown = []): readonly string[] => strings(value),
  claims: (value: unknown = []): readonly string[] => claimNames(value),
  absoluteSeconds: (value: unknown = defaultAbsoluteSeconds): number => wholeSeconds(value),
  idleSeconds: (value: unknown, { group }: SessionScope): number => idleSeconds(value, group),
  afterRestart: (value: unknown): AfterRestart | undefined =>
    value === undefined ? undefined : oneOf(value, ['end', 'keep']),
}

type AfterRestart = 'end' | 'keep'

/** The options of `session`, read. */
export type SessionConfig = Omit<Read<typeof sessionReaders>, 'afterRestart'> & {
  readonly afterRestart: AfterRestart
}

export function readSession(value: unknown, scope: RootScope): SessionConfig {
  const options = readGroup('session', sessionOptionsOf(value), sessionReaders, scope)
  return { ...options, afterRestart: options.afterRestart ?? defaultAfterRestart(scope) }
}

/**
 * In production with webhooks, the application relies on removals, so a restart must not undo them.
 * In development, a restart signs no user out.
 */
function defaultAfterRestart({ env, group }: RootScope): AfterRestart {
  const hasWebhooks = Boolean(group.webhooks?.secret ?? env.SCALEKIT_WEBHOOK_SECRET)
  return isProduction(env) && hasWebhooks ? 'end' : 'keep'
}

/** `session: 'cookie'` is short for `session: { kind: 'cookie' }`. */
function sessionOptionsOf(value: unknown): unknown {
  return typeof value === 'string' ? { kind: value } : value
}

/**
 * Reads the kind of storage. `auto` detects whether the application has mounted express-session.
 */
function kind(value: unknown, { store }: Partial<SessionOptions>): 'auto' | SessionKind {
  if (store === undefined) return oneOf(value ?? 'auto', ['auto', 'cookie', 'express-session'])
  if (value === undefined || value === 'express-session') return 'express-session'
  throw new Error('must be "express-session", or left out, when `session.store` is set')
}

function store(value: unknown): SessionStore | undefined {
  const methods = ['get', 'set', 'destroy', 'regenerate', 'createSession', 'on']
  return value === undefined ? undefined : withMethods<SessionStore>(value, methods)
}

/** Reads the secrets that sign the cookie of a session store. `undefined` if they are derived. */
function secret(value: unknown, { store }: Partial<SessionOptions>): readonly Secret[] | undefined {
  if (value === undefined) return undefined
  if (store === undefined) {
    throw new Error('only signs the cookie of `session.store`, which is not set: use `secret`')
  }
  return strongSecrets(value)
}

function claimNames(value: unknown): readonly string[] {
  const names = strings(value)
  // Assigning it would replace the prototype of the claims.
  if (names.includes('__proto__')) throw new Error('must not contain "__proto__"')
  const ofToken = names.find((name) => protocolClaims.includes(name))
  if (ofToken === undefined) return names
  throw new Error(
    `must not contain ${JSON.stringify(ofToken)}, which is about a token and not about the user`,
  )
}

const defaultAbsoluteSeconds = 604_800
const defaultIdleSeconds = 86_400

/**
 * The default is at most the absolute time, so that a short absolute time does not make the default
 * invalid.
 */
function idleSeconds(
  value: unknown,
  { absoluteSeconds = defaultAbsoluteSeconds }: Partial<SessionOptions>,
): number {
  // A problem with the absolute time is reported for that option.
  const longest = typeof absoluteSeconds === 'number' ? absoluteSeconds : Number.POSITIVE_INFINITY
  if (value === undefined) return Math.min(defaultIdleSeconds, longest)
  const seconds = wholeSeconds(value)
  if (seconds <= longest) return seconds
  throw new Error(`must not be greater than \`session.absoluteSeconds\` (${longest})`)
}
