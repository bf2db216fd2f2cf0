import { randomBytes, randomInt } from 'node:crypto'
import { sha256 } from '../../ground/bytes.ts'

/** Creates an id in Scalekit's format: a prefix such as `ses_`, then eighteen digits. */
export function randomId(prefix: string): string {
  return `${prefix}${randomInt(100_000_000, 1_000_000_000)}${randomInt(100_000_000, 1_000_000_000)}`
}

/**
 * Derives an id from words. It is the same on every run, so that tests and bookmarks keep working.
 */
export function stableId(prefix: string, ...words: readonly string[]): string {
  const hash = sha256(JSON.stringify(words))
  return `${prefix}${100_000_000_000_000_000n + (hash.readBigUInt64BE() % 900_000_000_000_000_000n)}`
}

/** The environment id of every emulator. */
export const environmentId: string = stableId('env_', 'emulator')

/** Creates a code or an opaque token that an attacker cannot guess. */
export function randomSecret(prefix = ''): string {
  return prefix + randomBytes(24).toString('base64url')
}
