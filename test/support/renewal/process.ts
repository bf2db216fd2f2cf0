import type { IncomingMessage, ServerResponse } from 'node:http'
import { accessTokens } from '../../../src/lib/auth/access-tokens.ts'
import { type AuthorityBook, authorityBook } from '../../../src/lib/auth/authority-book.ts'
import { authorityRenewal } from '../../../src/lib/auth/authority-renewal.ts'
import { type ChangeReactions, changeReactions } from '../../../src/lib/auth/change-reactions.ts'
import { endByRenewal } from '../../../src/lib/auth/end-by-renewal.ts'
import { foundEnds } from '../../../src/lib/auth/found-ends.ts'
import {
  type RevocationsReplica,
  replicateRevocations,
} from '../../../src/lib/auth/revocations-replica.ts'
import { liveSessions, type Sessions } from '../../../src/lib/auth/sessions.ts'
import { tokenRenewal } from '../../../src/lib/auth/token-renewal.ts'
import type { TokenSource } from '../../../src/lib/auth/token-source.ts'
import { tokenVault } from '../../../src/lib/auth/token-vault.ts'
import { views } from '../../../src/lib/auth/views.ts'
import { watchedSessions } from '../../../src/lib/auth/watched-session.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import type { Identity } from '../../../src/lib/ground/types.ts'
import { newestCookies } from '../../../src/lib/session/newest-cookies.ts'
import type { SessionStorage } from '../../../src/lib/session/session-storage.ts'
import { boundedStore } from '../../../src/lib/state/bounded-store.ts'
import type { StateStore } from '../../../src/lib/state/store.ts'
import { neverEnds } from '../never-ends.ts'
import { issuer } from './identity.ts'

/** A browser: it has one session at a time, and remembers those it had. */
export interface Browser {
  cookie: Identity | undefined
  readonly before: Identity[]
}

/** A request, with the cookie that it brings. */
export type BrowserRequest = IncomingMessage & {
  readonly browser: Browser
  readonly cookie: Identity | undefined
}

/** One process of the application, as far as sessions and their renewal go. */
export interface RenewingProcess {
  readonly sessions: Sessions
  readonly book: AuthorityBook
  readonly revocations: RevocationsReplica
  readonly changes: ChangeReactions
}

export const callTimeoutMs = 5000
export const maxLagMs = 1000
const weekMs = 7 * 24 * 3_600_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const secrets = [new Secret('a secret of these plays, of more than 32 characters')]

/** The parts of one process, as `scalekitAuth` puts them together. */
export function renewingProcess(parts: {
  readonly store: StateStore
  readonly source: TokenSource
  /** Whether sessions are in a cookie, and not in a store of the application. */
  readonly isInBrowser: boolean
  readonly clock: () => number
}): RenewingProcess {
  const { source, isInBrowser, clock } = parts
  const { tokenStore, aliases, ...store } = boundedStore(parts.store)
  const revocations = replicateRevocations(store.revocations, { clock, maxLagMs })
  const vault = tokenVault({ tokenStore, secrets, instanceId: 'plays', logger: silent })
  const sources = { token: true, application: false }
  const rules = { sources, outageGraceMs: 3_600_000, claimNames: [] }
  const book = authorityBook({ rules, revocations, clock })
  const renewTokens = tokenRenewal({ vault, tokenStore, source, callTimeoutMs, clock })
  const authorization = { resolve: undefined, maxAgeSeconds: 300 }
  const end = endByRenewal({ revocations, vault, clock, logger: silent })
  const known = { book, renewTokens, vault, end, audit() {}, revocations, clock, logger: silent }
  const renewal = authorityRenewal({ ...known, authorization, claimNames: [] })
  const accessToken = accessTokens({ book, renewal, vault, revocations, clock })
  const abilities = { csrfToken: () => '', accessToken, ended: neverEnds }
  const shown = views({ book, revocations, abilities })
  const newest = newestCookies({ clock, maxLagMs })
  const own = { vault, aliases, newest, views: shown, renewal, clock }
  const ends = foundEnds({ revocations, tellEnd() {} })
  const watchSession = watchedSessions({ ...known, views: shown, renewal, ends })
  const rest = { ...own, hasTokenKeys: true, tellEnd() {}, ends, watchSession }
  return {
    sessions: liveSessions({ storage: storageOf(isInBrowser), revocations, ...rest }),
    book,
    revocations,
    changes: changeReactions({
      ...{ issuer, revocations, aliases, sources, longestSessionMs: weekMs, clock },
    }),
  }
}

/** Sessions as their browser holds them; the two kinds differ in who can read them. */
function storageOf(isInBrowser: boolean): SessionStorage {
  const cookieOf = (req: IncomingMessage) => (req as BrowserRequest).cookie
  const set = (req: IncomingMessage, cookie: Identity | undefined) => {
    const { browser } = req as BrowserRequest
    if (browser.cookie) browser.before.push(browser.cookie)
    browser.cookie = cookie
  }
  return {
    holds: (req) => cookieOf(req) !== undefined,
    read: cookieOf,
    isInBrowser: () => isInBrowser,
    assertFits() {},
    async write(req, _res, identity) {
      set(req, identity)
    },
    touch() {},
    idleEndOf: (_req, { idleExpiresAt }) => idleExpiresAt,
    async clear(req) {
      set(req, undefined)
    },
  }
}

export function requestOf(browser: Browser, cookie = browser.cookie): BrowserRequest {
  return { browser, cookie } as BrowserRequest
}

export const response = {} as ServerResponse
