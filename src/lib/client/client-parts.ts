import { checkedClock } from '../ground/checked-clock.ts'
import type { Clock } from '../ground/clock.ts'
import { assertEncrypted, environmentOrigin } from '../ground/environment-url.ts'
import { ConfigError } from '../ground/errors.ts'
import {
  nonEmptyString,
  optionalFunction,
  positive,
  readFields,
  unknownNames,
  webUrl,
  wholeNumber,
  withMethods,
} from '../ground/fields.ts'
import { guardedLogger } from '../ground/guarded-logger.ts'
import { consoleLogger, type Logger, logLevels } from '../ground/log.ts'
import { Secret } from '../ground/secret.ts'
import type { ApiLimits, CallApi } from '../management/call.ts'
import { pageLimits } from '../management/pages.ts'
import { discoverOnce } from '../oidc/discovery.ts'
import type { Fetch } from '../outgoing/fetch-transport.ts'
import { sender } from '../outgoing/request.ts'
import type { SignInParts } from './sign-in-client.ts'

/** Options of a {@link ScalekitClient}. */
export interface ScalekitClientOptions {
  /** The `iss` of the environment's tokens. Default: the environment URL. */
  readonly issuer?: string
  /** Maximum duration of one attempt, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number
  /**
   * Maximum duration of a call including retries, in milliseconds. Default: three times
   * `timeoutMs`.
   */
  readonly totalTimeoutMs?: number
  /** Maximum number of concurrent calls. Further calls wait. Default: 50. */
  readonly maxConcurrentCalls?: number
  /**
   * Maximum `pageSize` of every list, for environments with lower limits than Scalekit documents.
   * Default: the documented limits, 100 organizations and 30 users or groups of a directory.
   */
  readonly maxPageSize?: number
  /** Sends the calls, e.g. through a proxy. Default: `node:http` and `node:https`. */
  readonly fetch?: Fetch
  /**
   * Receives a debug line for each attempt of an API call, for each access token, and for each load
   * of the discovery document and of the keys. Default: the console, where these lines only appear
   * with the variable `DEBUG=scalekit`.
   */
  readonly logger?: Logger
  /** Returns the current time in milliseconds since the epoch. Default: `Date.now`. */
  readonly clock?: Clock
}

/**
 * The dependencies of a client.
 *
 * @internal
 */
export interface ClientParts extends SignInParts {
  readonly limits: ApiLimits
  readonly maxPageSize: number
  /** Calls the API. Default: with an access token that the client requests. */
  readonly call?: CallApi
}

const optionNames: readonly (keyof ScalekitClientOptions)[] = [
  'issuer',
  'timeoutMs',
  'totalTimeoutMs',
  'maxConcurrentCalls',
  'maxPageSize',
  'fetch',
  'logger',
  'clock',
]

interface Fields {
  environmentUrl: URL
  clientId: string
  clientSecret: Secret
  issuer: string | undefined
  timeoutMs: number
  totalTimeoutMs: number
  maxConcurrentCalls: number
  maxPageSize: number
  fetch: Fetch | undefined
  logger: Logger
  clock: Clock
}

/**
 * Reads the arguments of the constructor.
 *
 * @throws {@link ConfigError}
 * @internal
 */
export function clientParts(given: readonly unknown[]): ClientParts {
  const problems = unknownNames(given[3], optionNames, 'options.')
  const read = readFields<Fields>(fieldsOf(given), problems)
  if (problems.length > 0) throw new ConfigError(problems)
  const fields = { ...read, clock: checkedClock(read.clock, read.logger) }
  const { environmentUrl, clientId, clientSecret, logger, clock, fetch } = fields
  const issuer = fields.issuer ?? environmentUrl.origin
  const client = { environmentUrl, issuer, clientId, clientSecret }
  const send = sender({
    origins: [environmentUrl.origin, new URL(issuer).origin],
    timeoutMs: fields.timeoutMs,
    ...(fetch && { fetch }),
  })
  return {
    client,
    discover: discoverOnce(client, { send, clock, logger }),
    send,
    clock,
    logger,
    limits: fields,
    maxPageSize: fields.maxPageSize,
  }
}

function fieldsOf(given: readonly unknown[]): {
  readonly [Name in keyof Fields]: () => Fields[Name]
} {
  const [environmentUrl, clientId, clientSecret] = given
  const options = (given[3] ?? {}) as ScalekitClientOptions
  const { timeoutMs = defaultLimits.timeoutMs } = options
  return {
    environmentUrl: () => encrypted(environmentOrigin(present(environmentUrl))),
    clientId: () => nonEmptyString(present(clientId)),
    clientSecret: () => new Secret(nonEmptyString(present(clientSecret))),
    issuer: () => issuer(options.issuer),
    timeoutMs: () => positive(timeoutMs),
    totalTimeoutMs: () => positive(options.totalTimeoutMs ?? limitsFor(timeoutMs).totalTimeoutMs),
    maxConcurrentCalls: () =>
      wholeNumber(options.maxConcurrentCalls ?? defaultLimits.maxConcurrentCalls),
    maxPageSize: () => wholeNumber(options.maxPageSize ?? defaultMaxPageSize),
    fetch: () => optionalFunction(options.fetch),
    logger: () =>
      guardedLogger(withMethods<Logger>(options.logger ?? consoleLogger(process.env), logLevels)),
    clock: () => optionalFunction(options.clock) ?? Date.now,
  }
}

/** An undefined value usually comes from an environment variable that is not set. */
function present(value: unknown): unknown {
  if (value === undefined) throw new Error('is missing: check that its environment variable is set')
  return value
}

function issuer(given: string | undefined): string | undefined {
  if (given !== undefined) encrypted(webUrl(given))
  return given
}

function encrypted(url: URL): URL {
  assertEncrypted(url, { isAllowed: true, isAllowedElsewhere: false })
  return url
}

const defaultLimits = { timeoutMs: 5000, maxConcurrentCalls: 50 }

/** The limit of the list with the longest pages, so that each list applies its own limit. */
export const defaultMaxPageSize: number = Math.max(...Object.values(pageLimits))

/** The limits of a client for which only the maximum duration of one attempt is configured. */
export function limitsFor(timeoutMs: number): ApiLimits {
  return { ...defaultLimits, timeoutMs, totalTimeoutMs: 3 * timeoutMs }
}
