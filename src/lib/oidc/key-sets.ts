import {
  createRemoteJWKSet,
  customFetch,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
} from 'jose'
import { asFetch, type Send } from '../request.ts'

/**
 * An unknown key id reloads the set at most this often. Only tokens that came with a redeemed code
 * get here, so this may be short: a rotated key must not fail the sign-ins that follow it.
 */
const cooldownMs = 1000
/** A set is loaded again when it is this old, so that a withdrawn key stops working. */
const maxAgeMs = 600_000

/** Finds the key a token names, in the provider's one published set. */
export type KeySet = (
  header: JWTHeaderParameters,
  token: FlattenedJWSInput,
) => ReturnType<ReturnType<typeof createRemoteJWKSet>>

/** The keys published at `url`; loaded when first needed, one load shared by all who wait. */
export function remoteKeySet(url: URL, send: Send): KeySet {
  return createRemoteJWKSet(url, {
    cooldownDuration: cooldownMs,
    cacheMaxAge: maxAgeMs,
    // `send` has its own, shorter deadline.
    timeoutDuration: 60_000,
    [customFetch]: asFetch(send),
  })
}
