import { createSecretKey, type KeyObject } from 'node:crypto'
import { ConfigError } from '../ground/errors.ts'
import { nonEmptyString, readFields } from '../ground/fields.ts'

/** One signing secret, or all valid ones during a rotation. */
export type Secrets = string | readonly string[]

/**
 * Converts secrets to keys. Throws {@link ConfigError} that names the malformed secret and the
 * problem.
 */
export type KeyReader = (secrets: Secrets) => readonly KeyObject[]

/** Minimum key length. Standard Webhooks requires 192 bits; a shorter key could be guessed. */
const minKeyBytes = 24
/**
 * Standard base64. `Buffer` ignores all other characters, and would derive some key from a mistyped
 * secret.
 */
const base64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/
/**
 * Maximum number of cached secrets, for applications with one secret for each of many endpoints.
 */
const maxRemembered = 1000

/** The beginning that each secret must have. */
export interface SecretPrefix {
  readonly pattern: RegExp
  /** Completes the sentence "must begin with …". */
  readonly expected: string
}

/** Caches the key of each secret: decoding a secret takes half as long as computing a signature. */
export function keyReader(prefix: SecretPrefix): KeyReader {
  const remembered = new Map<string, readonly KeyObject[]>()
  return function keysOf(secrets) {
    if (typeof secrets !== 'string') return readKeys(secrets, prefix)
    const known = remembered.get(secrets)
    if (known) return known
    const keys = readKeys([secrets], prefix)
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.set(secrets, keys)
    return keys
  }
}

function readKeys(
  secrets: readonly unknown[] | undefined,
  prefix: SecretPrefix,
): readonly KeyObject[] {
  const problems: string[] = []
  const fields = (secrets ?? []).map((secret, index) => [
    secrets?.length === 1 ? 'secret' : `secret[${index}]`,
    () => signingKey(secret, prefix),
  ])
  const keys = readFields<Record<string, KeyObject>>(Object.fromEntries(fields), problems)
  if (fields.length === 0)
    problems.push('`secret` is missing: use the signing secret of the endpoint')
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.values(keys)
}

/**
 * Decodes a secret. The message of its error completes the sentence "`secret` …" and never contains
 * the secret.
 */
function signingKey(secret: unknown, { pattern, expected }: SecretPrefix): KeyObject {
  const given = nonEmptyString(secret)
  if (!pattern.test(given)) throw new Error(`must begin with ${expected}`)
  const encoded = given.replace(pattern, '')
  if (!base64.test(encoded)) throw new Error('must be base64 after its prefix')
  const key = Buffer.from(encoded, 'base64')
  if (key.length < minKeyBytes)
    throw new Error(`must have at least ${minKeyBytes} bytes after its prefix`)
  return createSecretKey(key)
}
