import { createSecretKey, type KeyObject } from 'node:crypto'
import { ConfigError } from '../ground/errors.ts'
import { nonEmptyString, readFields } from '../ground/fields.ts'

/** One signing secret, or all that are valid while one replaces another. */
export type Secrets = string | readonly string[]

/** Turns secrets into keys; throws {@link ConfigError} saying what is wrong with which. */
export type KeyReader = (secrets: Secrets) => readonly KeyObject[]

/** Standard Webhooks asks for 192 bits; a shorter key could be guessed. */
const minKeyBytes = 24
/** Standard base64. `Buffer` passes over anything else, and would make some key of a mistyped one. */
const base64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/
/** How many secrets are remembered, for whoever has one for each of many endpoints. */
const maxRemembered = 1000

/** Reads each secret once: decoding it takes as long as half a signature. */
export function keyReader(prefix: RegExp): KeyReader {
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

function readKeys(secrets: readonly unknown[] | undefined, prefix: RegExp): readonly KeyObject[] {
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

/** What it throws continues the sentence "`secret` …" and never holds the secret. */
function signingKey(secret: unknown, prefix: RegExp): KeyObject {
  const given = nonEmptyString(secret)
  if (!prefix.test(given)) throw new Error('must begin with whsec_')
  const encoded = given.replace(prefix, '')
  if (!base64.test(encoded)) throw new Error('must be base64 after its prefix')
  const key = Buffer.from(encoded, 'base64')
  if (key.length < minKeyBytes)
    throw new Error(`must have at least ${minKeyBytes} bytes after its prefix`)
  return createSecretKey(key)
}
