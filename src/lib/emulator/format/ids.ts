import { randomBytes, randomInt } from 'node:crypto'
import { sha256 } from '../../ground/bytes.ts'

/** A new id in Scalekit's form: a prefix such as `ses_`, then eighteen digits. */
export function randomId(prefix: string): string {
  return `${prefix}${randomInt(100_000_000, 1_000_000_000)}${randomInt(100_000_000, 1_000_000_000)}`
}

/** The same id for the same words on every run, so that tests and bookmarks keep working. */
export function stableId(prefix: string, ...words: readonly string[]): string {
  const hash = sha256(JSON.stringify(words))
  return `${prefix}${100_000_000_000_000_000n + (hash.readBigUInt64BE() % 900_000_000_000_000_000n)}`
}

/** The one environment that every emulator plays. */
export const environmentId: string = stableId('env_', 'emulator')

/** A code or an opaque token that nobody can guess. */
export function randomSecret(prefix = ''): string {
  return prefix + randomBytes(24).toString('base64url')
}
