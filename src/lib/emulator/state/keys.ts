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

/** The keys that sign tokens, newest first. */
export interface KeyRing {
  /** The response of `/keys`. */
  published(): Promise<{ readonly keys: readonly Json[] }>
  /** @param type The `typ` of the header. Default: `JWT`. */
  sign(claims: Claims, type?: string): Promise<string>
  /**
   * Returns the claims of a token that one of these keys signed, whether or not the key is
   * published and the token has expired.
   */
  open(token: string): Promise<Claims | undefined>
  rotate(options?: { readonly overlap?: boolean }): void
  /** All keys that have signed tokens, as private JWKs, newest first. */
  save(): Promise<readonly SavedKey[]>
  /** @throws if one of them is not a private RSA key */
  restore(saved: readonly SavedKey[]): void
  /** Releases the keys. The ring signs nothing afterwards. */
  release(): void
}

/** A private key as JSON. */
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
 * Key pairs of closed emulators. Creating a pair takes 0.2 seconds of processor time, which a test
 * suite would otherwise spend for each emulator.
 */
const sparePairs: KeyPair[] = []

/**
 * Creates a key ring. A key is generated when it is first needed, and only its user waits for it.
 */
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
