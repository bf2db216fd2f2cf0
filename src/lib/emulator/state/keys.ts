import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import { CompactSign, compactVerify, exportJWK } from 'jose'
import type { Json } from '../../ground/types.ts'
import { randomId } from '../format/ids.ts'

/** The keys that tokens are signed with, newest first. */
export interface KeyRing {
  /** What `/keys` answers. */
  published(): Promise<{ readonly keys: readonly Json[] }>
  /** @param type The `typ` of the header. Default: `JWT`. */
  sign(claims: Claims, type?: string): Promise<string>
  /** The claims of a token that one of our keys signed, whether published or not, expired or not. */
  open(token: string): Promise<Claims | undefined>
  rotate(options?: { readonly overlap?: boolean }): void
  /** Every key that tokens were signed with, as private JWKs, newest first. */
  save(): Promise<readonly SavedKey[]>
  /** @throws if one of them is not a private RSA key */
  restore(saved: readonly SavedKey[]): void
  /** Gives the keys up; nothing is signed with this ring afterwards. */
  release(): void
}

/** A key with its private half, as JSON. */
export interface SavedKey {
  readonly kid: string
  readonly isPublished: boolean
  readonly jwk: JsonWebKey
}

/** The claims of a token by their names. */
export type Claims = Readonly<Record<string, unknown>>

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

interface Key extends KeyPair {
  readonly kid: string
}

/**
 * The pairs of emulators that were closed. Making one takes a fifth of a second of processor time,
 * which a suite that starts an emulator for each test would pay each time.
 */
const sparePairs: KeyPair[] = []

/** A key is made when it is first needed; only who needs it waits. */
export function createKeyRing(): KeyRing {
  const made: KeyPair[] = []
  const createKey = () => lazyKey(made)
  let published = [createKey()]
  let all = [...published]
  return {
    published: async () => ({ keys: await Promise.all(published.map(publicJwk)) }),
    sign: async (claims, type = 'JWT') => sign(claims, type, await published[0]!()),
    open: async (token) => {
      const attempts = all.map(async (key) => compactVerify(token, (await key()).publicKey, rs256))
      const opened = await Promise.any(attempts).catch(() => undefined)
      return opened && JSON.parse(new TextDecoder().decode(opened.payload))
    },
    rotate: ({ overlap = true } = {}) => {
      const key = createKey()
      published = overlap ? [key, ...published] : [key]
      all.push(key)
    },
    save: () =>
      Promise.all(
        all.toReversed().map(async (key) => savedKey(await key(), published.includes(key))),
      ),
    restore: (saved) => {
      const keys = saved.map((key) => ({ key: restoredKey(key), isPublished: key.isPublished }))
      published = keys.filter(({ isPublished }) => isPublished).map(({ key }) => key)
      all = keys.map(({ key }) => key).reverse()
    },
    release: () => {
      sparePairs.push(...made.splice(0))
    },
  }
}

const rs256 = { algorithms: ['RS256'] }

const generate = promisify(generateKeyPair)

type LazyKey = () => Promise<Key>

function lazyKey(made: KeyPair[]): LazyKey {
  const kid = randomId('snk_')
  let key: Promise<Key> | undefined
  const make = async () => {
    const pair = sparePairs.pop() ?? (await generate('rsa', { modulusLength: 2048 }))
    made.push(pair)
    return { kid, ...pair }
  }
  return () => {
    key ??= make()
    return key
  }
}

function savedKey({ kid, privateKey }: Key, isPublished: boolean): SavedKey {
  return { kid, isPublished, jwk: privateKey.export({ format: 'jwk' }) }
}

function restoredKey({ kid, jwk }: SavedKey): LazyKey {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  const key = Promise.resolve({ kid, privateKey, publicKey: createPublicKey(privateKey) })
  return () => key
}

async function publicJwk(key: LazyKey): Promise<Json> {
  const { kid, publicKey } = await key()
  return { use: 'sig', kid, alg: 'RS256', ...(await exportJWK(publicKey)) }
}

function sign(claims: Claims, typ: string, { kid, privateKey }: Key): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'RS256', kid, typ })
    .sign(privateKey)
}
