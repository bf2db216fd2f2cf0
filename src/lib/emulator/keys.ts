import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { CompactSign, compactVerify, exportJWK, type JWK } from 'jose'
import { randomId } from './ids.ts'

/** The keys that tokens are signed with, newest first. */
export interface KeyRing {
  /** What `/keys` answers. */
  published(): Promise<{ readonly keys: readonly JWK[] }>
  sign(claims: Claims): Promise<string>
  /** The claims of a token that one of our keys signed, whether published or not, expired or not. */
  open(token: string): Promise<Claims | undefined>
  rotate(options?: { readonly overlap?: boolean }): void
}

export type Claims = Readonly<Record<string, unknown>>

interface Key {
  readonly kid: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Keys take a moment to make; only who needs one waits for it. */
export function createKeyRing(): KeyRing {
  let published = [createKey()]
  const all = [...published]
  return {
    published: async () => ({ keys: await Promise.all(published.map(publicJwk)) }),
    sign: async (claims) => sign(claims, await published[0]!),
    open: async (token) => {
      const attempts = all.map(async (key) => compactVerify(token, (await key).publicKey, rs256))
      const opened = await Promise.any(attempts).catch(() => undefined)
      return opened && JSON.parse(new TextDecoder().decode(opened.payload))
    },
    rotate: ({ overlap = true } = {}) => {
      const key = createKey()
      published = overlap ? [key, ...published] : [key]
      all.push(key)
    },
  }
}

const rs256 = { algorithms: ['RS256'] }

const generate = promisify(generateKeyPair)

async function createKey(): Promise<Key> {
  return { kid: randomId('snk_'), ...(await generate('rsa', { modulusLength: 2048 })) }
}

async function publicJwk(key: Promise<Key>): Promise<JWK> {
  const { kid, publicKey } = await key
  return { use: 'sig', kid, alg: 'RS256', ...(await exportJWK(publicKey)) }
}

function sign(claims: Claims, { kid, privateKey }: Key): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .sign(privateKey)
}
