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

/** After a failed discovery, sign-ins within this time share the failure. */
const retryAfterMs = 1000
/** How old a document may be before it is read again, in milliseconds. */
const maxAgeMs = 24 * 3_600_000
/** Further reads are at least so far apart: in an outage, endpoints fail all the time. */
const betweenReadsMs = 10_000

/** Which environment, and who we are there. */
export interface Client {
  readonly environmentUrl: URL
  /** The exact `iss` of this environment's tokens. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: Secret
}

/** The environment's endpoints, as its discovery document names them. */
export interface Provider {
  /** What openid-client needs for its grants. */
  readonly configuration: Configuration
  readonly keysUrl: URL
  /** Where a browser goes to end its session at Scalekit, where there is such a place. */
  readonly endSessionUrl: URL | undefined
  /** Makes a `send` whose failures have the document read again. */
  readonly watch: (send: Send) => Send
}

/** What it takes to load the discovery document. */
export interface DiscoveryParts {
  readonly send: Send
  readonly clock: Clock
  /** Gets a debug line when it was loaded. */
  readonly logger?: Logger
}

/**
 * Loads the discovery document when it is first needed. After a day, and after an endpoint failed
 * twice in a row, it is read again: an environment can move. The one that is known serves meanwhile,
 * and goes on where the new one cannot be read.
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

  /** No request waits for it, so it never rejects. A failure is tried again like an old document. */
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

  /** The same document keeps its provider, and with it the keys that still serve in an outage. */
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
      // Only config.ts decides whether plain http is allowed at all.
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

/** Refuses a document that speaks for another issuer, or would send secrets to another origin. */
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
