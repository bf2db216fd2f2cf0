import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Returns a random string of `bits` bits, encoded as base64url. */
export function randomText(bits: 128 | 256): string {
  return randomBytes(bits / 8).toString('base64url')
}

/** Returns the SHA-256 of the string's UTF-8 bytes. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Compares two strings in constant time: the duration does not reveal where they differ. */
export function isSameText(one: string, other: string): boolean {
  // Hashing first makes the lengths equal, which `timingSafeEqual` requires.
  return timingSafeEqual(sha256(one), sha256(other))
}

/**
 * Compares two strings in constant time when their lengths are not secret. For short strings this
 * is faster than filling two buffers for `timingSafeEqual`.
 *
 * @param start The index in `other` at which to compare.
 */
export function isSameShortText(one: string, other: string, start = 0): boolean {
  if (one.length !== other.length - start) return false
  let difference = 0
  for (let at = 0; at < one.length; at += 1) {
    difference |= one.charCodeAt(at) ^ other.charCodeAt(start + at)
  }
  return difference === 0
}

/**
 * Decodes base64url, refusing what `Buffer` lets pass: other alphabets, white space, padding, and
 * a last character with bits that decoding drops, so that one value has exactly one spelling.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined
  const spareBits = spareBitsByRemainder[text.length % 4]
  if (spareBits === undefined) return undefined
  const last = alphabet.indexOf(text.charAt(text.length - 1))
  return last % 2 ** spareBits === 0 ? Buffer.from(text, 'base64url') : undefined
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const spareBitsByRemainder: readonly (number | undefined)[] = [0, undefined, 4, 2]

/** Copies a part of a header, so that it does not keep the whole header in memory. */
export function copyOf(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1')
}
