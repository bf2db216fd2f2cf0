import {
  allowInsecureRequests,
  ClientSecretPost,
  type Configuration,
  customFetch,
  discovery,
} from 'openid-client'
import type { Clock } from '../ground/clock.ts'
import { ScalekitError, wrappedError } from '../ground/errors.ts'
import { debug, type Logger } from '../ground/log.ts'
import { rememberSuccess } from '../ground/remember-success.ts'
import type { Secret } from '../ground/secret.ts'
import { asFetch } from '../outgoing/bounded-fetch.ts'
import type { Send } from '../outgoing/request.ts'
import { watchEndpoints } from './endpoint-failures.ts'
import { rateLimitHint } from './rate-limit-hint.ts'

/** Sign-ins share a failed discovery for this long, in milliseconds. */
const retryAfterMs = 1000
/** Maximum age of a document before it is read again, in milliseconds. */
const maxAgeMs = 24 * 3_600_000
/**
 * Minimum time between two later reads, in milliseconds. During an outage, endpoints fail
 * continuously.
 */
const betweenReadsMs = 10_000

/** The environment and the application's credentials. */
export interface Client {
  readonly environmentUrl: URL
  /** The exact `iss` of this environment's tokens. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: Secret
}

/** The environment's endpoints, from its discovery document. */
export interface Provider {
  /** The configuration that openid-client needs for its grants. */
  readonly configuration: Configuration
  readonly keysUrl: URL
  /** The URL at which a browser ends its session at Scalekit, if the environment has one. */
  readonly endSessionUrl: URL | undefined
  /** Wraps a `send` so that repeated failures cause the document to be read again. */
  readonly watch: (send: Send) => Send
}

/** The dependencies for loading the discovery document. */
export interface DiscoveryParts {
  readonly send: Send
  readonly clock: Clock
  /** Receives a debug line when the document was loaded. */
  readonly logger?: Logger
}

/**
 * Loads the discovery document on first use. An environment can move, so the document is read again
 * after a day, and after an endpoint failed twice in a row. The known document is used meanwhile.
 * It is kept if the new one cannot be read.
 *
 * @throws {@link ScalekitError} `provider_unavailable` or `provider_failed`
 * @see OpenID Connect Discovery 1.0, section 4
 */
export function discoverOnce(
  client: Client,
  { send, clock, logger }: DiscoveryParts,
): () => Promise<Provider> {
  const watch = watchEndpoints(() => readAgain())
  let current: Promise<Provider> | undefined
  let readAt = Number.NEGATIVE_INFINITY
  let isReading = false

  async function load(): Promise<Provider> {
    const beganAt = performance.now()
    const provider = await discover(client, { send, watch })
    if (logger) tellLoaded(logger, client, performance.now() - beganAt)
    return provider
  }

  /**
   * Never rejects, because no request waits for it. After a failure it is tried again like after an
   * old document.
   */
  function readAgain(): void {
    const now = clock()
    const isTooSoon = Math.abs(now - readAt) < betweenReadsMs
    if (!current || isReading || isTooSoon) return
    isReading = true
    readAt = now
    load()
      .then(take, () => {})
      .finally(() => {
        isReading = false
      })
  }

  /**
   * If the document is unchanged, the provider is kept, and with it the cached keys that are used
   * during an outage.
   */
  async function take(provider: Provider): Promise<void> {
    if (!isSameProvider(await current!, provider)) current = Promise.resolve(provider)
  }

  const first = rememberSuccess(load, { clock, retryAfterMs })

  return function discoverProvider() {
    if (current) {
      if (Math.abs(clock() - readAt) >= maxAgeMs) readAgain()
      return current
    }
    return first().then((provider) => {
      if (!current) {
        readAt = clock()
        current = Promise.resolve(provider)
      }
      return current
    })
  }
}

function isSameProvider(one: Provider, other: Provider): boolean {
  const [known, read] = [one, other].map(({ configuration }) =>
    JSON.stringify(configuration.serverMetadata()),
  )
  return known === read
}

function tellLoaded(logger: Logger, { environmentUrl }: Client, tookMs: number): void {
  const { href } = documentUrl(environmentUrl)
  debug(logger, `discovery: loaded ${href} in ${Math.round(tookMs)} ms`)
}

function documentUrl(environmentUrl: URL): URL {
  return new URL('/.well-known/openid-configuration', environmentUrl)
}

async function discover(
  client: Client,
  { send, watch }: Pick<Provider, 'watch'> & { readonly send: Send },
): Promise<Provider> {
  const { environmentUrl, clientId, clientSecret } = client
  const secret = clientSecret.reveal()
  const configuration = await discovery(
    documentUrl(environmentUrl),
    clientId,
    { client_secret: secret },
    ClientSecretPost(secret),
    {
      [customFetch]: asFetch(watch(send)),
      // config.ts alone decides whether plain http is allowed.
      execute: environmentUrl.protocol === 'http:' ? [allowInsecureRequests] : [],
    },
  ).catch(discoveryFailed)
  return { ...checkedProvider(configuration, client), watch }
}

function discoveryFailed(cause: unknown): never {
  throw (
    wrappedError(cause) ??
    new ScalekitError('provider_failed', 'The discovery document cannot be used', {
      cause,
      hint: rateLimitHint(cause),
    })
  )
}

/** Refuses a document that names another issuer, or that would send secrets to another origin. */
function checkedProvider(configuration: Configuration, client: Client): Omit<Provider, 'watch'> {
  const metadata = configuration.serverMetadata()
  if (metadata.issuer !== client.issuer) {
    throw new ScalekitError(
      'provider_failed',
      `The discovery document's issuer is ${JSON.stringify(metadata.issuer)}, not ${JSON.stringify(client.issuer)}`,
      {
        hint: 'If this environment has a custom domain, set `issuer` to the issuer of the document.',
      },
    )
  }
  const endpoint = (name: string, value: unknown) => sameOrigin(name, value, client)
  endpoint('authorization_endpoint', metadata.authorization_endpoint)
  endpoint('token_endpoint', metadata.token_endpoint)
  return {
    configuration,
    keysUrl: endpoint('jwks_uri', metadata.jwks_uri),
    endSessionUrl:
      metadata.end_session_endpoint === undefined
        ? undefined
        : endpoint('end_session_endpoint', metadata.end_session_endpoint),
  }
}

function sameOrigin(name: string, value: unknown, { environmentUrl, issuer }: Client): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url && [environmentUrl.origin, new URL(issuer).origin].includes(url.origin)) return url
  throw new ScalekitError(
    'provider_failed',
    `The discovery document's ${name} is missing or has another origin`,
  )
}
