import {
  type AccessTokenOfSession,
  accessTokens,
  notOnServer,
  serverTokens,
} from '../../auth/access-tokens.ts'
import type { Audit } from '../../auth/audit.ts'
import { type AuthorityRules, authorityBook } from '../../auth/authority-book.ts'
import { authorityRenewal } from '../../auth/authority-renewal.ts'
import { endByRenewal } from '../../auth/end-by-renewal.ts'
import { endedSignals } from '../../auth/ended-signals.ts'
import { foundEnds } from '../../auth/found-ends.ts'
import type { Sources } from '../../auth/judge-authority.ts'
import type { OpenConnections } from '../../auth/open-connections.ts'
import type { RevocationsReplica } from '../../auth/revocations-replica.ts'
import type { TellEnd } from '../../auth/session-ends.ts'
import { liveSessions, type Sessions } from '../../auth/sessions.ts'
import { tokenRenewal } from '../../auth/token-renewal.ts'
import { scalekitSource } from '../../auth/token-source.ts'
import { tokenVault } from '../../auth/token-vault.ts'
import { views } from '../../auth/views.ts'
import { watchedSessions } from '../../auth/watched-session.ts'
import type { Config } from '../../config/config.ts'
import type { Background } from '../../ground/background.ts'
import type { Identity } from '../../ground/types.ts'
import type { Provider } from '../../oidc/discovery.ts'
import type { KeySet } from '../../oidc/key-sets.ts'
import type { NewestCookies } from '../../session/newest-cookies.ts'
import type { SessionStorage } from '../../session/session-storage.ts'
import type { StateStore } from '../../state/store.ts'

/** The sessions of an instance, and access to their tokens. */
export interface MadeSessions {
  readonly sessions: Sessions
  readonly accessTokenOf: AccessTokenOfSession
}

/** The parts besides the configuration that sessions are made of. */
export interface SessionParts {
  readonly id: string
  readonly storage: SessionStorage
  readonly store: StateStore
  readonly revocations: RevocationsReplica
  readonly newest: NewestCookies
  readonly discover: () => Promise<Provider>
  readonly keysOf: (provider: Provider) => KeySet
  readonly csrfToken: (sessionId: string) => string
  readonly audit: Audit
  readonly tellEnd: TellEnd
  readonly connections: OpenConnections
  readonly background: Background
}

/**
 * Makes the sessions of an instance. The identity of a session stays as it was at the sign-in; its
 * authority is renewed.
 *
 * @internal
 */
export function sessionsWith(config: Config, parts: SessionParts): MadeSessions {
  const { authorization, clock, issuer, clientId, logger, secret: secrets, session } = config
  const { id: instanceId, storage, store, revocations, newest, discover, keysOf } = parts
  const { audit, tellEnd, connections, background } = parts
  const { tokenStore, aliases } = store
  const claimNames = session.claims
  const isOnServer = config.tokens === 'server'
  const vault = tokenVault({ tokenStore, secrets, instanceId, keepsIdentity: isOnServer, logger })
  const source = scalekitSource({ discover, keysOf, issuer, clientId, claimNames, clock })
  const callTimeoutMs = config.http.timeoutSeconds * 1000
  const book = authorityBook({ rules: rulesIn(config), revocations, clock })
  const renewTokens = tokenRenewal({ vault, tokenStore, source, callTimeoutMs, clock, background })
  const end = endByRenewal({ revocations, vault, clock, logger })
  const known = { book, renewTokens, vault, end, audit, revocations, clock, logger }
  const renewal = authorityRenewal({ ...known, authorization, claimNames })
  const accessToken = accessTokens({ book, renewal, vault, revocations, clock })
  const ended = endedSignals((identity) => watchSession(identity, endOf(identity)), connections)
  const abilities = { csrfToken: parts.csrfToken, accessToken, ended }
  const shown = views({ book, revocations, abilities })
  const ends = foundEnds({ revocations, tellEnd })
  const watchSession = watchedSessions({ book, views: shown, revocations, renewal, ends, clock })
  const rest = { vault, aliases, newest, views: shown, renewal, clock }
  const kept = { storage, revocations, hasTokenKeys: !isOnServer, tellEnd, ends, watchSession }
  const sessions = liveSessions({ ...kept, ...rest })
  const accessTokenOf = isOnServer ? serverTokens({ vault, accessToken }) : notOnServer
  return { sessions, accessTokenOf }
}

function endOf({ absoluteExpiresAt, idleExpiresAt }: Identity): number {
  return Math.min(absoluteExpiresAt, idleExpiresAt)
}

/** The sources that renew the authority of sessions, by the options. */
export function sourcesIn({ authorization, scopes }: Config): Sources {
  return {
    token: scopes.includes('offline_access'),
    application: authorization.resolve !== undefined,
  }
}

function rulesIn(config: Config): AuthorityRules {
  const { authorization, session } = config
  return {
    sources: sourcesIn(config),
    outageGraceMs: authorization.outageGraceSeconds * 1000,
    claimNames: session.claims,
  }
}
