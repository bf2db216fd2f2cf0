import { connectionLookup, type FindConnections } from '../auth/connection-lookup.ts'
import { csrfTokens } from '../auth/csrf.ts'
import type { Deliveries } from '../auth/delivery.ts'
import { durableDeliveries } from '../auth/durable-deliveries.ts'
import { type AuthEmitter, authEmitter } from '../auth/events.ts'
import { type InlineParts, inlineDeliveries } from '../auth/inline-deliveries.ts'
import { type MarksReplica, replicateMarks } from '../auth/marks.ts'
import { organizationNames } from '../auth/organization-names.ts'
import { type React, reactions } from '../auth/reactions.ts'
import { type Replay, replayWith } from '../auth/replay.ts'
import { liveSessions, type Sessions } from '../auth/sessions.ts'
import { defaultMaxPageSize, limitsFor } from '../client/client-parts.ts'
import { ScalekitClient } from '../client/scalekit-client.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { discoverOnce, type Provider } from '../oidc/discovery.ts'
import { type KeySet, keySets } from '../oidc/key-sets.ts'
import { transactionSeconds } from '../oidc/transaction.ts'
import { sender } from '../request.ts'
import { sealer } from '../seal.ts'
import type { OwnSession } from '../session/own-session.ts'
import { boundedStore } from '../state/bounded-store.ts'
import { createDispatcher, type Dispatcher } from '../webhooks/dispatch.ts'
import { interceptWith } from '../webhooks/intercept.ts'
import { interceptorScheme, webhookScheme } from '../webhooks/scheme.ts'
import { type Addresses, addresses } from './addresses.ts'
import { askForEmail } from './ask-for-email.ts'
import type { Instance } from './context.ts'
import { findDestination } from './destination.ts'
import type { InterceptorParts } from './interceptors.ts'
import { type LoginParts, type StartLogin, startLogin } from './login.ts'
import { type EndLogin, endLogin, type LogoutParts } from './logout.ts'
import type { OrganizationsParts } from './organizations.ts'
import { lookWith } from './page.ts'
import type { MintPortalLink } from './portal.ts'
import { bodyTimeoutMs } from './raw-body.ts'
import { ownSessionFor, sessionKeeper } from './session-keeper.ts'
import { type SwitchOrganization, switchOrganization } from './switch-organization.ts'
import { cookieTransactions, type Transactions } from './transactions.ts'
import type { WebhookParts } from './webhooks.ts'

/** What an instance is made of. */
export interface Parts {
  readonly scalekit: ScalekitClient
  readonly at: Addresses
  readonly discover: () => Promise<Provider>
  readonly keysOf: (provider: Provider) => KeySet
  readonly marks: MarksReplica
  readonly sessions: Sessions
  readonly transactions: Transactions
  readonly login: StartLogin
  readonly loginParts: LoginParts
  readonly switchOrganization: SwitchOrganization
  readonly logout: EndLogin
  readonly logoutParts: LogoutParts
  readonly instance: Instance
  /** Runs before anything that asks for a session, where we mount `express-session`. */
  readonly ownSession: OwnSession | undefined
  readonly webhooks: WebhookParts
  readonly interceptors: InterceptorParts
  readonly organizations: OrganizationsParts
  readonly mintPortalLink: MintPortalLink
  readonly dispatcher: Dispatcher
  readonly react: React
  readonly replay: Replay
  readonly events: AuthEmitter
  readonly logger: Logger
}

/** Builds every part once, from the ground up. */
export function assemble(config: Config): Parts {
  const { client, clock, logger, secrets, isSecure, name } = config
  const style = { isSecure }
  const store = boundedStore(config.store)
  const seal = (purpose: string) => sealer(secrets, `${purpose} ${instanceId(config)}`)
  const origins = [client.environmentUrl.origin, new URL(client.issuer).origin]
  const send = sender({
    origins,
    timeoutMs: config.timeoutMs,
    ...(config.fetch ? { fetch: config.fetch } : {}),
  })
  const at = addresses(config)
  const discover = discoverOnce(client, { send, clock })
  const scalekit = new ScalekitClient({
    client,
    discover,
    send,
    clock,
    limits: limitsFor(config.timeoutMs),
    maxPageSize: defaultMaxPageSize,
  })
  const marks = replicateMarks(store.marks, { clock, maxLagMs: config.maxLagMs })
  const csrf = csrfTokens(secrets, instanceId(config))
  const sessions = liveSessions({
    keeper: sessionKeeper(config, seal),
    marks,
    vault: store.vault,
    abilities: { csrfToken: csrf.issue },
    clock,
  })
  const events = authEmitter(logger)
  const dispatcher = createDispatcher(config.webhookHandlers)
  const react = reactions({
    issuer: client.issuer,
    marks,
    revokeOn: config.revokeOn,
    longestSessionMs: (config.absoluteSeconds + transactionSeconds) * 1000,
    clock,
  })
  const deliveryParts = {
    ledger: store.ledger,
    dispatcher,
    react,
    emit: events.emit,
    logger,
    clock,
    timeoutMs: config.webhookTimeoutMs,
  }
  const transactions = cookieTransactions({
    name,
    style,
    seal: seal('transaction'),
    singleUse: store.singleUse,
    clock,
  })
  const look = lookWith(config.pages.style ?? '')
  const lookUp = connectionLookup({ findConnections: findConnections(scalekit), clock, logger })
  const loginParts = {
    issuer: client.issuer,
    discover,
    transactions,
    sessions,
    scope: config.scope,
    clock,
    findDestination: findDestination({ ...config, lookUp }),
    askForEmail: askForEmail({ ...config, look, loginUrl: at.loginUrl }),
    redirectUri: at.redirectUri,
    safeReturnTo: at.safeReturnTo,
    safeReturnToUrl: at.safeReturnToUrl,
    ownUrl: at.ownUrl,
  }
  const logoutParts = {
    client,
    discover,
    sessions,
    seal: seal('logout'),
    csrf,
    logger,
    look,
    logoutUri: at.logoutUri,
    origin: at.origin,
    safeReturnTo: at.safeReturnTo,
  }
  const login = startLogin(loginParts)
  const instance: Instance = {
    clock,
    look,
    principalOf: sessions.principalOf,
    loginUrl: at.loginUrl,
    returnToOf: at.returnToOf,
  }
  return {
    scalekit,
    at,
    discover,
    keysOf: keySets(send),
    marks,
    sessions,
    transactions,
    login,
    loginParts,
    switchOrganization: switchOrganization({ sessions, start: login, origin: at.origin }),
    logoutParts,
    logout: endLogin(logoutParts),
    instance,
    ownSession: ownSessionFor(config, instanceId(config)),
    webhooks: {
      scheme: webhookScheme,
      keys: config.webhookKeys,
      toleranceSeconds: config.webhookToleranceSeconds,
      limits: { maxBytes: config.webhookMaxBytes, timeoutMs: bodyTimeoutMs },
      deliveries: deliveriesBy(config, deliveryParts),
      clock,
    },
    interceptors: {
      scheme: interceptorScheme,
      keys: config.interceptorKeys,
      toleranceSeconds: config.interceptorToleranceSeconds,
      limits: { maxBytes: config.interceptorMaxBytes, timeoutMs: bodyTimeoutMs },
      intercept: interceptWith({
        handlers: config.interceptorHandlers,
        onFailure: config.interceptorOnFailure,
        timeoutMs: config.interceptorTimeoutMs,
        logger,
      }),
      clock,
    },
    organizations: {
      sessions,
      instance,
      nameOf: organizationNames({
        findOrganization: async (id) =>
          (await scalekit.organization.getOrganization(id)).organization,
        clock,
        logger,
      }),
      offer: config.offerOrganizations,
    },
    mintPortalLink: async (organizationId, features) =>
      (await scalekit.organization.generatePortalLink(organizationId, { features })).location,
    dispatcher,
    react,
    replay: replayWith(deliveryParts),
    events,
    logger,
  }
}

function deliveriesBy({ webhookDelivery }: Config, parts: InlineParts): Deliveries {
  if (webhookDelivery === 'inline') return inlineDeliveries(parts)
  return durableDeliveries({ ...parts, queue: webhookDelivery })
}

/** How long a sign-in waits for a look-up, in milliseconds; then it goes on without. */
const lookUpTimeoutMs = 3000

function findConnections({ connection }: ScalekitClient): FindConnections {
  return async function find(domain) {
    const options = { domain, timeoutMs: lookUpTimeoutMs }
    const { connections } = await connection.listConnections(options)
    return connections
  }
}

/** What makes a sealed value ours and no other instance's. */
function instanceId({ name, client }: Config): string {
  return `${name} ${client.issuer} ${client.clientId}`
}
