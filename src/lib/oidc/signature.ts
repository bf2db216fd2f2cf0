import { KeyObject, verify } from 'node:crypto'
import { errors, type JWTHeaderParameters } from 'jose'
import type { KeySet } from './key-sets.ts'
import { refusedAlgorithm } from './refused-by-library.ts'

/** The parts of a token in JWS Compact Serialization, each as it was sent. */
export interface TokenParts {
  readonly protected: string
  readonly payload: string
  readonly signature: string
  /** The part that is signed: header, dot and payload. */
  readonly signed: string
}

/** @throws an Error if the token does not have three parts */
export function partsOf(token: string): TokenParts {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < 0 || token.includes('.', second + 1)) {
    throw new errors.JWSInvalid('Invalid Compact JWS')
  }
  return {
    protected: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signed: token.slice(0, second),
  }
}

/**
 * Looks up the published key that the header of a token names.
 *
 * @throws an Error if the algorithm or the key is refused, or the error of loading the keys
 * @see RFC 7518 section 3.3
 */
export async function publishedKey(
  parts: TokenParts,
  header: JWTHeaderParameters,
  keys: KeySet,
): Promise<KeyObject> {
  if (header.alg !== 'RS256') throw refusedAlgorithm(header.alg)
  return publicKeyOf(await keys(header, parts))
}

/**
 * Verifies an RS256 signature of a token that consists of base64url and dots.
 *
 * It is verified on this thread. jose would have WebCrypto do it, on another one: the way there and
 * back costs as much as the verification.
 *
 * @throws an Error if the signature is not valid
 * @see RFC 7515 section 5.2
 */
export function assertSignature({ signed, signature }: TokenParts, key: KeyObject): void {
  if (!verify('RSA-SHA256', Buffer.from(signed, 'latin1'), key, decodedPart(signature))) {
    throw new errors.JWSSignatureVerificationFailed()
  }
}

/**
 * Decodes base64url as jose does: bits that make no byte are ignored, and a character that makes
 * none is refused, which `Buffer` ignores. Single use does not depend on a signature's spelling.
 */
export function decodedPart(part: string): Buffer {
  if (part.length % 4 === 1) throw new errors.JWSInvalid('A part of the token is not base64url')
  return Buffer.from(part, 'base64url')
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
