import { KeyObject, verify } from 'node:crypto'
import { errors, type JWTHeaderParameters } from 'jose'
import type { KeySet } from './key-sets.ts'
import { refusedAlgorithm } from './refused-by-library.ts'

/** The parts of a token in JWS Compact Serialization, each as it was sent. */
export interface TokenParts {
  readonly protected: string
  readonly payload: string
  readonly signature: string
}

/** @throws an Error if the token does not have three parts */
export function partsOf(token: string): TokenParts {
  const [header, payload, signature, ...others] = token.split('.')
  if (!header || payload === undefined || signature === undefined || others.length > 0) {
    throw new errors.JWSInvalid('Invalid Compact JWS')
  }
  return { protected: header, payload, signature }
}

/**
 * Verifies an RS256 signature with a published key that the set finds.
 *
 * It is verified on this thread. jose would have WebCrypto do it, on another one: the way there and
 * back costs as much as the verification.
 *
 * @throws an Error if the algorithm, the key or the signature is refused
 * @see RFC 7515 section 5.2, RFC 7518 section 3.3
 */
export async function assertSigned(
  parts: TokenParts,
  header: JWTHeaderParameters,
  keys: KeySet,
): Promise<void> {
  if (header.alg !== 'RS256') throw refusedAlgorithm(header.alg)
  const key = publicKeyOf(await keys(header, parts))
  const signed = Buffer.from(`${parts.protected}.${parts.payload}`, 'latin1')
  const signature = bytesOf(parts.signature)
  if (!verify('RSA-SHA256', signed, key, signature)) {
    throw new errors.JWSSignatureVerificationFailed()
  }
}

/**
 * Decodes as jose does: bits that make no byte are ignored, and a character that makes none is
 * refused, which `Buffer` ignores. Single use does not depend on a signature's spelling.
 */
function bytesOf(signature: string): Buffer {
  if (signature.length % 4 === 1) throw new errors.JWSInvalid('The signature is not base64url')
  return Buffer.from(signature, 'base64url')
}

/** The smallest RSA key that RS256 allows, in bits. @see RFC 7518 section 3.3 */
const minRsaBits = 2048

const publicKeys = new WeakMap<object, KeyObject>()

/** Converts a key of a set for `node:crypto`, once. */
function publicKeyOf(key: Awaited<ReturnType<KeySet>>): KeyObject {
  const known = publicKeys.get(key)
  if (known) return known
  const converted = KeyObject.from(key)
  const { modulusLength = 0 } = converted.asymmetricKeyDetails ?? {}
  if (modulusLength < minRsaBits) {
    throw new Error(`its key has ${modulusLength} bits, and RS256 requires ${minRsaBits}`)
  }
  publicKeys.set(key, converted)
  return converted
}
