import type { OfferOrganizations } from '../auth/offered-organizations.ts'
import { checkedClock } from '../ground/checked-clock.ts'
import type { Clock } from '../ground/clock.ts'
import { ConfigError } from '../ground/errors.ts'
import {
  oneOf,
  optionalFunction,
  positive,
  strings,
  trueOrFalse,
  withMethods,
} from '../ground/fields.ts'
import { guardedLogger } from '../ground/guarded-logger.ts'
import { consoleLogger, type Logger, logLevels } from '../ground/log.ts'
import type { Secret } from '../ground/secret.ts'
import type { Fetch } from '../outgoing/fetch-transport.ts'
import type { StateStore } from '../state/store.ts'
import { type AuthorizationConfig, authorizationReaders } from './authorization.ts'
import { baseUrls } from './base-url.ts'
import { type BearerConfig, bearerReaders, readBearer } from './bearer.ts'
import { connectionReaders } from './connections.ts'
import { type Env, emulatorRules, isProduction, withoutEmpty } from './environment.ts'
import { type Read, type Report, type RootScope, readGroup, readMembers } from './group.ts'
import { type InterceptorConfig, interceptorReaders, readInterceptors } from './interceptors.ts'
import { type LoginConfig, loginReaders } from './login.ts'
import type { ScalekitAuthOptions } from './options.ts'
import { type PageConfig, pageReaders } from './pages.ts'
import { basePath, type Paths, pathReaders, readPaths } from './paths.ts'
import { type PortalConfig, portalReaders, readPortal } from './portal.ts'
import { clientSecret, environmentUrl, issuer, required } from './scalekit.ts'
import { cookieSecrets } from './secrets.ts'
import { readSession, type SessionConfig, sessionReaders } from './session.ts'
import { stateStore } from './state-store.ts'
import { unknownOption } from './unknown-option.ts'
import { alarms, notes, warnings } from './warnings.ts'
import { readWebhooks, type WebhookConfig, webhookReaders } from './webhooks.ts'

/** The reader of each option of `organizations`. */
const organizationReaders = {
  of: (value: unknown): OfferOrganizations | undefined => optionalFunction(value),
}

/** The reader of each option of `revocation`. */
const revocationReaders = {
  maxLagMs: (value: unknown = 1000): number => positive(value),
}

/** The reader of each option of `http`. */
const httpReaders = {
  fetch: (value: unknown): Fetch | undefined => optionalFunction(value),
  timeoutSeconds: (value: unknown = 5): number => positive(value),
}

/** The reader of each option of the top level. An option without a reader does not compile. */
const rootReaders = {
  environmentUrl: (value: unknown, scope: RootScope): URL => environmentUrl(value, scope),
  issuer: (value: unknown, scope: RootScope): string => issuer(value, scope),
  clientId: (value: unknown, { env }: RootScope): string =>
    required(value ?? env.SCALEKIT_CLIENT_ID, 'SCALEKIT_CLIENT_ID'),
  clientSecret: (value: unknown, scope: RootScope): Secret => clientSecret(value, scope),
  baseUrl: (value: unknown, { env, group }: RootScope): readonly [URL, ...URL[]] =>
    baseUrls(value, env, group),
  dangerouslyAllowHttp: (value: unknown = false): boolean => trueOrFalse(value),
  dangerouslyAllowEmulator: (value: unknown = false): boolean => trueOrFalse(value),
  secret: (value: unknown, { env, group }: RootScope): readonly Secret[] =>
    cookieSecrets(value, env, group),
  name: (value: unknown = 'scalekit'): string => instanceName(value),
  basePath: (value: unknown = ''): string => basePath(value),
  paths: (value: unknown, scope: RootScope): Paths => readPaths(value, scope),
  scopes: (value: unknown = ['openid', 'email', 'profile']): readonly string[] => scopes(value),
  login: (value: unknown, scope: RootScope): LoginConfig =>
    readGroup('login', value, loginReaders, scope),
  authorization: (value: unknown, scope: RootScope): AuthorizationConfig =>
    readGroup('authorization', value, authorizationReaders, scope),
  tokens: (value: unknown = 'session'): 'session' | 'server' => oneOf(value, ['session', 'server']),
  session: (value: unknown, scope: RootScope): SessionConfig => readSession(value, scope),
  bearer: (value: unknown, scope: RootScope): BearerConfig | undefined => readBearer(value, scope),
  pages: (value: unknown, scope: RootScope): PageConfig =>
    readGroup('pages', value, pageReaders, scope),
  webhooks: (value: unknown, scope: RootScope): WebhookConfig => readWebhooks(value, scope),
  interceptors: (value: unknown, scope: RootScope): InterceptorConfig =>
    readInterceptors(value, scope),
  organizations: (value: unknown, scope: RootScope): Read<typeof organizationReaders> =>
    readGroup('organizations', value, organizationReaders, scope),
  portal: (value: unknown, scope: RootScope): PortalConfig | undefined => readPortal(value, scope),
  store: (value: unknown): StateStore | undefined => stateStore(value),
  revocation: (value: unknown, scope: RootScope): Read<typeof revocationReaders> =>
    readGroup('revocation', value, revocationReaders, scope),
  connections: (value: unknown, scope: RootScope): Read<typeof connectionReaders> =>
    readGroup('connections', value, connectionReaders, scope),
  logger: (value: unknown, { env }: RootScope): Logger =>
    guardedLogger(withMethods<Logger>(value ?? consoleLogger(env), logLevels)),
  http: (value: unknown, scope: RootScope): Read<typeof httpReaders> =>
    readGroup('http', value, httpReaders, scope),
  clock: (value: unknown): Clock => optionalFunction<Clock>(value) ?? Date.now,
}

/** All options as the rest of the package uses them, by their names. */
export interface Config extends Read<typeof rootReaders> {
  /** The beginning of all cookie names, after `__Host-`. */
  readonly cookiePrefix: string
}

/** The names of all options by group; `''` is the top level. */
export const optionNames: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(rootReaders),
  paths: Object.keys(pathReaders),
  login: Object.keys(loginReaders),
  authorization: Object.keys(authorizationReaders),
  session: Object.keys(sessionReaders),
  bearer: Object.keys(bearerReaders),
  pages: Object.keys(pageReaders),
  webhooks: Object.keys(webhookReaders),
  interceptors: Object.keys(interceptorReaders),
  organizations: Object.keys(organizationReaders),
  portal: Object.keys(portalReaders),
  revocation: Object.keys(revocationReaders),
  connections: Object.keys(connectionReaders),
  http: Object.keys(httpReaders),
}

/**
 * Reads options and environment into a {@link Config}. An option takes precedence over its
 * variable.
 *
 * @throws {@link ConfigError} `config_invalid`, which lists every problem at once
 */
export function parseConfig(
  options: ScalekitAuthOptions = {},
  variables: Env = process.env,
): Config {
  const env = withoutEmpty(variables)
  const report: Report = { problems: [], unknown: [] }
  const read = readMembers<ScalekitAuthOptions, typeof rootReaders>('', options, rootReaders, {
    env,
    emulator: emulatorRules(options, env),
    report,
  })
  const unknown = report.unknown.map((name) => unknownOption(name, optionNames))
  const problems = [...unknown, ...report.problems]
  if (problems.length > 0) throw new ConfigError(problems)
  const { clock, logger } = read
  const config: Config = {
    ...read,
    clock: checkedClock(clock, logger),
    cookiePrefix: cookiePrefix(options, env, read),
  }
  for (const line of warnings(options, config, env)) logger.warn(line)
  for (const line of notes(options, env)) logger.debug(line)
  for (const line of alarms(options, env)) logger.error(line)
  return Object.freeze(config)
}

/**
 * Browsers send the cookies of a host to all of its ports. In development, several applications run
 * on one host. With the same cookie name, each would sign the others' users out.
 */
function cookiePrefix(
  options: ScalekitAuthOptions,
  env: Env,
  { name, baseUrl }: Pick<Config, 'name' | 'baseUrl'>,
): string {
  const [{ port }] = baseUrl
  return isProduction(env) || options.name !== undefined || port === '' ? name : `${name}-${port}`
}

function instanceName(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9_]{1,32}$/.test(value)) return value
  throw new Error('must be 1 to 32 letters, digits or underscores')
}

function scopes(value: unknown): readonly string[] {
  const list = strings(value)
  const odd = list.find((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
  if (odd !== undefined)
    throw new Error(`must contain one scope in each string, not ${JSON.stringify(odd)}`)
  if (!list.includes('openid')) throw new Error('must include "openid"')
  return list
}
