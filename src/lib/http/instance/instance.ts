import { type CsrfTokens, csrfTokens } from '../../auth/csrf.ts'
import { type AuthEmitter, authEmitter } from '../../auth/events.ts'
import { type RevocationsReplica, replicateRevocations } from '../../auth/revocations-replica.ts'
import { liveSessions, type Sessions } from '../../auth/sessions.ts'
import { defaultMaxPageSize, limitsFor } from '../../client/client-parts.ts'
import { ScalekitClient } from '../../client/scalekit-client.ts'
import type { Config } from '../../config/config.ts'
import type { Logger } from '../../ground/log.ts'
import { type Sealer, sealer } from '../../ground/seal.ts'
import { discoverOnce, type Provider } from '../../oidc/discovery.ts'
import { type Send, sender } from '../../outgoing/request.ts'
import type { OwnSession } from '../../session/own-session.ts'
import { boundedStore } from '../../state/bounded-store.ts'
import { processStore } from '../../state/process-store.ts'
import type { StateStore } from '../../state/store.ts'
import { type Theme, themeWith } from '../pages/page.ts'
import { type Addresses, addresses } from './addresses.ts'
import { ownSessionFor, sessionStorage } from './session-storage.ts'

/** What all of an instance stands on, in the order in which it is built. */
export interface Ground {
  readonly at: Addresses
  readonly seal: (purpose: string) => Sealer
  readonly send: Send
  readonly discover: () => Promise<Provider>
  readonly scalekit: ScalekitClient
  readonly store: StateStore
  readonly revocations: RevocationsReplica
  readonly csrf: CsrfTokens
  readonly sessions: Sessions
  /** Runs before anything that asks for a session, where we mount `express-session`. */
  readonly ownSession: OwnSession | undefined
  readonly events: AuthEmitter
  readonly theme: Theme
  readonly logger: Logger
}

export function groundOf(config: Config): Ground {
  const { client, clock, logger, secrets, maxLagMs } = config
  const id = instanceId(config)
  const seal = (purpose: string) => sealer(secrets, `${purpose} ${id}`)
  const send = senderFor(config)
  const discover = discoverOnce(client, { send, clock })
  const store = boundedStore(config.store ?? processStore(id, clock))
  const revocations = replicateRevocations(store.revocations, { clock, maxLagMs })
  const csrf = csrfTokens(secrets, id)
  const sessions = liveSessions({
    storage: sessionStorage(config, seal),
    revocations,
    tokenStore: store.tokenStore,
    abilities: { csrfToken: csrf.issue },
    clock,
  })
  return {
    at: addresses(config),
    seal,
    send,
    discover,
    scalekit: scalekitFor(config, { send, discover }),
    store,
    revocations,
    csrf,
    sessions,
    ownSession: ownSessionFor(config, id, sessions.isOver),
    events: authEmitter(logger),
    theme: themeWith(config.pages.style ?? ''),
    logger,
  }
}

/** What makes a sealed value ours and no other instance's. */
function instanceId({ name, client }: Config): string {
  return `${name} ${client.issuer} ${client.clientId}`
}

function senderFor({ client, timeoutMs, fetch }: Config): Send {
  const origins = [client.environmentUrl.origin, new URL(client.issuer).origin]
  return sender({ origins, timeoutMs, ...(fetch ? { fetch } : {}) })
}

function scalekitFor(
  { client, clock, timeoutMs }: Config,
  { send, discover }: Pick<Ground, 'send' | 'discover'>,
): ScalekitClient {
  const limits = limitsFor(timeoutMs)
  const maxPageSize = defaultMaxPageSize
  return new ScalekitClient({ client, discover, send, clock, limits, maxPageSize })
}
