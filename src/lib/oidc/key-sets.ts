import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type ExportedJWKSCache,
  type FlattenedJWSInput,
  type JWKSCacheInput,
  type JWTHeaderParameters,
  jwksCache,
} from 'jose'
import { asFetch, type Send } from '../request.ts'

/**
 * An unknown key id reloads the set at most this often. Only tokens that came with a redeemed code
 * get here, so this may be short: a rotated key must not fail the sign-ins that follow it.
 */
const cooldownMs = 1000
/** A set is loaded again when it is this old, so that a withdrawn key stops working. */
const maxAgeMs = 600_000
/** While it cannot be loaded again, it serves until it is this old. */
const maxStaleMs = 3_600_000

/** Finds the key a token names, in the provider's one published set. */
export type KeySet = (
  header: JWTHeaderParameters,
  token: FlattenedJWSInput,
) => ReturnType<ReturnType<typeof createRemoteJWKSet>>

/**
 * The keys published at `url`; loaded when first needed, one load shared by all who wait.
 *
 * A provider that is down for a while stops no sign-in: the last good set still serves then, and
 * only that one, so that a key it had dropped stays dropped.
 */
export function remoteKeySet(url: URL, send: Send): KeySet {
  const lastGood: JWKSCacheInput = {}
  const current = createRemoteJWKSet(url, {
    cooldownDuration: cooldownMs,
    cacheMaxAge: maxAgeMs,
    // `send` has its own, shorter deadline.
    timeoutDuration: 60_000,
    [customFetch]: asFetch(send),
    [jwksCache]: lastGood,
  })
  return async function findKey(header, token) {
    try {
      return await current(header, token)
    } catch (error) {
      return fromStale(lastGood, header, token).catch(() => {
        throw error
      })
    }
  }
}

async function fromStale(
  { jwks, uat }: Partial<ExportedJWKSCache>,
  ...wanted: Parameters<KeySet>
): ReturnType<KeySet> {
  if (!jwks || uat === undefined || Date.now() - uat >= maxStaleMs) throw new Error('too old')
  return createLocalJWKSet(jwks)(...wanted)
}
