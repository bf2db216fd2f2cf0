import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type ExportedJWKSCache,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTHeaderParameters,
  jwksCache,
} from 'jose'
import { debug, type Logger } from '../ground/log.ts'
import { asFetch } from '../outgoing/bounded-fetch.ts'
import type { Send } from '../outgoing/request.ts'
import type { Provider } from './discovery.ts'
import { type KnownKeys, knownKeys } from './known-keys.ts'
import { quietAfterFailure, unlessSlow } from './visitor-loads.ts'

/**
 * Minimum time between two loads because of an unknown key id, in milliseconds. It can be short for
 * tokens that were exchanged for a code: the sign-in waits for the load, so that it survives a key
 * rotation.
 */
const defaultCooldownMs = 1000
/** Minimum time for tokens that an attacker can make up and send, in milliseconds. */
export const bearerCooldownMs = 30_000
/**
 * Maximum age of a set before it is loaded again, in milliseconds, so that a withdrawn key stops
 * working.
 */
const maxAgeMs = 600_000
/** Maximum age of a set that cannot be loaded again, in milliseconds. */
const maxStaleMs = 3_600_000

/** Finds the key that a token names in the provider's published set. */
export interface KeySet {
  (
    header: JWTHeaderParameters,
    token: FlattenedJWSInput,
  ): ReturnType<ReturnType<typeof createRemoteJWKSet>>
  /**
   * When the set that serves was loaded, in milliseconds since the epoch by `Date.now`; `undefined`
   * before the first load. What was verified by an earlier set may be signed by a withdrawn key.
   */
  readonly loadedAt?: () => number | undefined
  /** Loads the set unless one has been loaded already. */
  readonly ready?: () => Promise<void>
  /** The keys that have verified tokens since the set was loaded. */
  readonly known?: KnownKeys
}

/** How a set is reloaded. */
export interface KeySetOptions {
  /** Minimum time between two loads, in milliseconds. Default: 1000. */
  readonly cooldownMs?: number
  /**
   * Whether to wait until the next load is allowed if the set lacks a key. Only for tokens that the
   * provider itself returned. Default: `false`.
   */
  readonly waits?: boolean
  /**
   * Whether any visitor's token can cause a load. A failed load is then not retried for five
   * seconds, and a slow one delays tokens of a known key by half a second at most. Default:
   * `false`.
   */
  readonly isForVisitors?: boolean
  /** Receives a debug line for each load. */
  readonly logger?: Logger
}

/** Returns a function that creates a provider's key set once its discovery document is known. */
export function keySets(send: Send, options?: KeySetOptions): (provider: Provider) => KeySet {
  // By URL: reading the document again must not drop keys that are needed during an outage.
  const byUrl = new Map<string, KeySet>()
  return ({ keysUrl, watch }) => {
    const known = byUrl.get(keysUrl.href)
    if (known) return known
    const keys = remoteKeySet(keysUrl, watch(send), options)
    byUrl.set(keysUrl.href, keys)
    return keys
  }
}

/**
 * The keys published at `url`. They are loaded on first use, and concurrent callers share one load.
 *
 * While the provider cannot be reached, the last good set is used, so that sign-ins continue. A key
 * that an earlier load had dropped stays dropped.
 */
export function remoteKeySet(url: URL, send: Send, options: KeySetOptions = {}): KeySet {
  const { cooldownMs = defaultCooldownMs, waits = false, isForVisitors = false, logger } = options
  const lastGood: JWKSCacheInput = {}
  const load = logger ? told(send, logger) : send
  const quiet = isForVisitors ? quietAfterFailure(load) : undefined
  const current = createRemoteJWKSet(url, {
    cooldownDuration: cooldownMs,
    cacheMaxAge: maxAgeMs,
    // `send` has a shorter timeout of its own.
    timeoutDuration: 60_000,
    [customFetch]: asFetch(quiet?.send ?? load),
    [jwksCache]: lastGood,
  })
  const find: KeySet = async (header, token) => {
    try {
      return await current(header, token)
    } catch (error) {
      const { uat = 0 } = lastGood as Partial<ExportedJWKSCache>
      const waitMs = uat + cooldownMs - Date.now()
      if (!(waits && error instanceof errors.JWKSNoMatchingKey && waitMs > 0)) throw error
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      return current(header, token)
    }
  }
  async function findKey(...wanted: Parameters<KeySet>): ReturnType<KeySet> {
    try {
      return await find(...wanted)
    } catch (error) {
      return fromStale(lastGood, ...wanted).catch(() => {
        throw error
      })
    }
  }
  /** Uses the set that is too old, if it has the key and the next one takes long. */
  function findKeySoon(...wanted: Parameters<KeySet>): ReturnType<KeySet> {
    const found = findKey(...wanted)
    if (quiet === undefined || current.fresh) return found
    return unlessSlow(found, fromStale(lastGood, ...wanted), quiet.beganAt)
  }

  const loadedAt = () => (lastGood as Partial<ExportedJWKSCache>).uat
  return Object.assign(findKeySoon, {
    loadedAt,
    known: knownKeys(() => (current.fresh ? lastGood.jwks : undefined)),
    async ready() {
      if (loadedAt() === undefined) await current.reload()
    },
  })
}

/**
 * Logs how the provider responded to each load. If it did not respond, the error of the token's
 * verification says so.
 */
function told(send: Send, logger: Logger): Send {
  return async function sendAndTell(call) {
    const beganAt = performance.now()
    const answer = await send(call)
    const tookMs = Math.round(performance.now() - beganAt)
    debug(logger, `keys: ${call.origin}${call.path} returned ${answer.status} in ${tookMs} ms`)
    return answer
  }
}

async function fromStale(
  { jwks, uat }: Partial<ExportedJWKSCache>,
  ...wanted: Parameters<KeySet>
): ReturnType<KeySet> {
  if (!jwks || uat === undefined || Date.now() - uat >= maxStaleMs) throw new Error('too old')
  return localSetOf(jwks)(...wanted)
}

const localSets = new WeakMap<JSONWebKeySet, ReturnType<typeof createLocalJWKSet>>()

/** Keeps the imported keys, because every token needs them during an outage. */
function localSetOf(jwks: JSONWebKeySet): ReturnType<typeof createLocalJWKSet> {
  const known = localSets.get(jwks) ?? createLocalJWKSet(jwks)
  localSets.set(jwks, known)
  return known
}
