import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type ExportedJWKSCache,
  errors,
  type FlattenedJWSInput,
  type JWKSCacheInput,
  type JWTHeaderParameters,
  jwksCache,
} from 'jose'
import { debug, type Logger } from '../ground/log.ts'
import { asFetch } from '../outgoing/bounded-fetch.ts'
import type { Send } from '../outgoing/request.ts'
import type { Provider } from './discovery.ts'

/**
 * An unknown key id reloads the set at most this often. Tokens that came with a redeemed code may
 * have it short: a sign-in waits for it, so that a rotated key does not fail it.
 */
const defaultCooldownMs = 1000
/** The same for tokens that anybody can make up and send, in milliseconds. */
export const bearerCooldownMs = 30_000
/** A set is loaded again when it is this old, so that a withdrawn key stops working. */
const maxAgeMs = 600_000
/** While it cannot be loaded again, it serves until it is this old. */
const maxStaleMs = 3_600_000

/** Finds the key a token names, in the provider's one published set. */
export type KeySet = (
  header: JWTHeaderParameters,
  token: FlattenedJWSInput,
) => ReturnType<ReturnType<typeof createRemoteJWKSet>>

/** How a set is loaded again. */
export interface KeySetOptions {
  /** In milliseconds. Default: 1000. */
  readonly cooldownMs?: number
  /**
   * Whether to wait for the next load that is allowed, where a key was not in the last one; only for
   * tokens that came from the provider itself. Default: `false`.
   */
  readonly waits?: boolean
  /** Gets a debug line for each load. */
  readonly logger?: Logger
}

/** A provider's key set, made when discovery has said where it is. */
export function keySets(send: Send, options?: KeySetOptions): (provider: Provider) => KeySet {
  // By the address: a document that was read again must not forget keys that serve in an outage.
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
 * The keys published at `url`; loaded when first needed, one load shared by all who wait.
 *
 * A provider that is down for a while stops no sign-in: the last good set still serves then, and
 * only that one, so that a key it had dropped stays dropped.
 */
export function remoteKeySet(
  url: URL,
  send: Send,
  { cooldownMs = defaultCooldownMs, waits = false, logger }: KeySetOptions = {},
): KeySet {
  const lastGood: JWKSCacheInput = {}
  const current = createRemoteJWKSet(url, {
    cooldownDuration: cooldownMs,
    cacheMaxAge: maxAgeMs,
    // `send` has its own, shorter deadline.
    timeoutDuration: 60_000,
    [customFetch]: asFetch(logger ? told(send, logger) : send),
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
  return async function findKey(header, token) {
    try {
      return await find(header, token)
    } catch (error) {
      return fromStale(lastGood, header, token).catch(() => {
        throw error
      })
    }
  }
}

/** Says how each load was answered. One that gets no answer is told by whatever needed a key. */
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
  return createLocalJWKSet(jwks)(...wanted)
}
