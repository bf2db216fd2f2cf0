import type { AccessTokenOfSession } from '../../auth/access-tokens.ts'
import { type Audit, auditWith } from '../../auth/audit.ts'
import { type Bearer, bearerWith } from '../../auth/bearer.ts'
import { type CsrfTokens, csrfTokens } from '../../auth/csrf.ts'
import { type AuthEmitter, authEmitter } from '../../auth/events.ts'
import { type OpenConnections, openConnections } from '../../auth/open-connections.ts'
import { type RevocationsReplica, replicateRevocations } from '../../auth/revocations-replica.ts'
import { sessionEnds } from '../../auth/session-ends.ts'
import type { Sessions } from '../../auth/sessions.ts'
import { defaultMaxPageSize, limitsFor } from '../../client/client-parts.ts'
import { ScalekitClient } from '../../client/scalekit-client.ts'
import { longestSeconds } from '../../config/bearer.ts'
import type { Config } from '../../config/config.ts'
import { type Background, backgroundWork } from '../../ground/background.ts'
import type { Clock } from '../../ground/clock.ts'
import type { CookieStyle } from '../../ground/cookies.ts'
import { type Watch, watch } from '../../ground/health-state.ts'
import { type Logger, warnerOnce } from '../../ground/log.ts'
import { type Sealer, sealer } from '../../ground/seal.ts'
import { apiCalls } from '../../management/call.ts'
import { discoverOnce, type Provider } from '../../oidc/discovery.ts'
import { bearerCooldownMs, type KeySet, keySets } from '../../oidc/key-sets.ts'
import { type Send, sender } from '../../outgoing/request.ts'
import { newestCookies } from '../../session/newest-cookies.ts'
import type { OwnSession } from '../../session/own-session.ts'
import { unknownKeyTeller } from '../../session/unknown-key.ts'
import { boundedStore } from '../../state/bounded-store.ts'
import { processStore } from '../../state/process-store.ts'
import type { StateStore } from '../../state/store.ts'
import { type StoreOutage, storeOutage } from '../../state/store-outage.ts'
import { type Theme, themeWith } from '../pages/page.ts'
import { type Addresses, addressesOf } from './addresses.ts'
import { watchedSend } from './health.ts'
import { type Lookups, lookupsBy } from './lookups.ts'
import { sessionsWith } from './session-parts.ts'
import { ownSessionFor, sessionStorage } from './session-storage.ts'
import { type SignedParts, signedParts } from './signed-parts.ts'
import { storeProblems } from './store-problems.ts'
import { cookieTransactions, type Transactions } from './transactions.ts'

/**
 * One `scalekitAuth()`: its configuration, and the parts that are made from it once.
 *
 * Published declarations must not refer to this type, because it leads to types of openid-client
 * and jose. In a file that also has public types, a function that takes an instance is tagged
 * `@internal`.
 */
export interface Instance extends Lookups, SignedParts {
  readonly config: Config
  readonly clock: Clock
  readonly logger: Logger
  /** Logs each message as a warning once per instance. For fixed messages only. */
  readonly warnOnce: (message: string) => void
  /** Logs each message once per instance, at the level `info`. For fixed messages only. */
  readonly informOnce: (message: string) => void
  readonly events: AuthEmitter
  /** Emits the events of an audit log on {@link Instance.events}. */
  readonly audit: Audit
  /** The URLs and paths of this instance. */
  readonly addresses: Addresses
  readonly cookieStyle: CookieStyle
  /** The look of the kit's own pages. */
  readonly theme: Theme
  readonly discover: () => Promise<Provider>
  /** The keys for tokens in responses of Scalekit. */
  readonly keysOf: (provider: Provider) => KeySet
  /** The keys for tokens that any visitor can send. */
  readonly shownKeysOf: (provider: Provider) => KeySet
  /** The management API. */
  readonly scalekit: ScalekitClient
  readonly store: StateStore
  readonly outage: StoreOutage
  /** Records whether Scalekit is available. */
  readonly provider: Watch
  readonly revocations: RevocationsReplica
  /** Open sockets and event streams. */
  readonly connections: OpenConnections
  readonly csrf: CsrfTokens
  readonly sessions: Sessions
  /** Decides about requests with an access token. Absent without the option `bearer`. */
  readonly bearer: Bearer | undefined
  readonly accessTokenOf: AccessTokenOfSession
  /** Runs before every part that needs a session, if the kit mounts `express-session`. */
  readonly ownSession: OwnSession | undefined
  readonly transactions: Transactions
  /**
   * The sign-ins that this process is finishing now: by state, the path to which each redirects.
   */
  readonly signInsUnderWay: Map<string, Promise<string>>
  /** Seals the `state` of a sign-out. */
  readonly logoutSeal: Sealer
  /**
   * Seals the parameters that an application adds to a sign-in, while they pass through the
   * browser.
   */
  readonly parameterSeal: Sealer
  readonly background: Background
}

/** Builds an instance. This makes no network requests. */
export function createInstance(config: Config): Instance {
  const { clock, logger } = config
  const id = instanceId(config)
  const tellUnknownKey = unknownKeyTeller(logger)
  const seal = (purpose: string) =>
    sealer(config.secret, `${purpose} ${id}`, undefined, tellUnknownKey)
  const cookieStyle = { isSecure: config.baseUrl[0].protocol === 'https:' }
  const provider = watch()
  const send = watchedSend(senderFor(config), provider)
  const discover = discoverOnce(config, { send, clock, logger })
  const limits = limitsFor(config.http.timeoutSeconds * 1000)
  const maxPageSize = defaultMaxPageSize
  const api = { client: config, discover, send, clock, logger, limits, maxPageSize }
  const call = apiCalls(api)
  const scalekit = new ScalekitClient({ ...api, call })
  const outage = storeOutage(logger)
  const background = backgroundWork()
  const { closing } = background
  const store = boundedStore(config.store ?? processStore(id, clock), outage, background)
  const { maxLagMs } = config.revocation
  const revocations = replicateRevocations(store.revocations, {
    clock,
    maxLagMs,
    memory: {
      afterRestart: config.session.afterRestart,
      onOtherProcess: once(() => logger.error(storeNotShared)),
    },
    outage,
    onFirstRead: storeProblems(store, logger),
  })
  const connections = openConnections({ revocations, maxLagMs, clock, logger })
  const newest = newestCookies({
    clock,
    maxLagMs: store.revocations.local ? undefined : maxLagMs,
  })
  const csrf = csrfTokens(config.secret, id)
  const keysOf = keySets(send, { waits: true, logger })
  const shownKeysOf = keySets(send, { cooldownMs: bearerCooldownMs, isForVisitors: true, logger })
  const events = authEmitter(logger)
  const audit = auditWith({ events, clock, logger })
  const { sessions, accessTokenOf } = sessionsWith(config, {
    id,
    storage: sessionStorage(config, cookieStyle, seal),
    store,
    revocations,
    newest,
    discover,
    keysOf,
    csrfToken: csrf.issue,
    audit,
    tellEnd: sessionEnds(audit),
    connections,
    background,
  })
  const signed = signedParts(config, { store, revocations, events, audit, call, closing })
  return {
    config,
    clock,
    logger,
    warnOnce: warnerOnce(logger),
    informOnce: warnerOnce(logger, 'info'),
    events,
    audit,
    addresses: addressesOf(config),
    cookieStyle,
    theme: themeWith(config.pages),
    discover,
    keysOf,
    shownKeysOf,
    scalekit,
    ...lookupsBy(scalekit, { clock, logger }),
    store,
    outage,
    provider,
    revocations,
    connections,
    csrf,
    sessions,
    bearer: bearerIn(config, {
      revocations,
      connections,
      keys: async () => shownKeysOf(await discover()),
    }),
    accessTokenOf,
    ownSession: ownSessionFor(config, {
      ...{ id, cookieStyle, newest, isOver: sessions.isOver },
      onUnknownKey: tellUnknownKey,
    }),
    transactions: cookieTransactions({
      name: config.cookiePrefix,
      style: cookieStyle,
      seal: seal('transaction'),
      singleUse: store.singleUse,
      clock,
      askStoreTime: revocations.askStoreTime,
      logger,
    }),
    signInsUnderWay: new Map(),
    logoutSeal: seal('logout'),
    parameterSeal: seal('parameters'),
    background,
    ...signed,
  }
}

function bearerIn(
  config: Config,
  parts: Pick<Parameters<typeof bearerWith>[0], 'revocations' | 'connections' | 'keys'>,
): Bearer | undefined {
  const { bearer, clientId, clock, issuer, logger, session } = config
  if (!bearer) return undefined
  const { issuers = [issuer], audience, accepts } = bearer
  return bearerWith({
    ...parts,
    ...{ issuer, issuers, audience, accepts, clientId, clock, logger },
    claimNames: session.claims,
    maxAgeSeconds: longestSeconds(config),
  })
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}

/** The label that binds sealed values to this instance and no other. */
function instanceId({ name, issuer, clientId }: Config): string {
  return `${name} ${issuer} ${clientId}`
}

function senderFor({ http, environmentUrl, issuer }: Config): Send {
  const origins = [environmentUrl.origin, new URL(issuer).origin]
  const timeoutMs = http.timeoutSeconds * 1000
  return sender({ origins, timeoutMs, ...(http.fetch ? { fetch: http.fetch } : {}) })
}

const storeNotShared =
  'store_not_shared: a session was begun by another process, and this one cannot know what ended it. Give all processes one `store`: redisStore(client) or postgresStore(pool)'
