import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { CompactSign } from 'jose'
import { type KeySet, remoteKeySet } from '../../../src/lib/oidc/key-sets.ts'
import type { Answer } from '../../../src/lib/outgoing/transport.ts'

/** The moment all these tests happen at. */
export const now = Date.UTC(2026, 0, 2, 3, 4, 5)
export const nowSeconds = now / 1000
export const issuer = 'https://acme.scalekit.com'
export const clientId = 'skc_1'
export const subject = 'conn_1;00u-ada'

/** Parts of a token that replace those of a valid one; `undefined` takes a part away. */
export interface Changes {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Stands in for the whole payload. */
  readonly payload?: string | Buffer
  readonly key?: KeyObject | Uint8Array
}

/** The pairs of one issuer; slow to make, so make them once a file. */
export function keyPairs() {
  return {
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    /** Published too. */
    ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    /** Not published. */
    foreign: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  }
}

/** Entries of a published set. Without `alg`, so that nothing but our own rule says RS256. */
export function jwk(publicKey: KeyObject, kid: string): object {
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }
}

/** A key set loaded from a provider that answers with these keys. */
export function published(...keys: readonly object[]): KeySet {
  return remoteKeySet(new URL(`${issuer}/keys`), async () => answerWith({ keys }))
}

/** The answer of a provider with this JSON. */
export function answerWith(json: object): Answer {
  return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(json)) }
}

/** Signs exactly these bytes under exactly this header. */
export async function signed(
  payload: string | Buffer,
  header: Readonly<Record<string, unknown>>,
  key: KeyObject | Uint8Array,
): Promise<string> {
  const crit = Object.fromEntries(((header.crit ?? []) as string[]).map((name) => [name, true]))
  return new CompactSign(typeof payload === 'string' ? Buffer.from(payload) : payload)
    .setProtectedHeader(header as { alg: string })
    .sign(key, { crit })
}

/** Changes one character in the middle of a part: 0 header, 1 payload, 2 signature. */
export function tampered(token: string, part: 0 | 1 | 2): string {
  const parts = token.split('.')
  const at = Math.floor(parts[part]!.length / 2)
  const other = parts[part]![at] === 'A' ? 'B' : 'A'
  parts[part] = parts[part]!.slice(0, at) + other + parts[part]!.slice(at + 1)
  return parts.join('.')
}
