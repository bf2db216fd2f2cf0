import { constants, createHmac, type KeyObject, sign } from 'node:crypto'

/** Makes the signature of a token; by hand, since no library makes the false ones. */
export type Signer = (input: Buffer) => Buffer

export const unsigned: Signer = () => Buffer.alloc(0)

export function rsa(key: KeyObject, hash: 'sha256' | 'sha384' | 'sha512' = 'sha256'): Signer {
  return (input) => sign(hash, input, key)
}

export function pss(key: KeyObject): Signer {
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  return (input) => sign('sha256', input, { key, ...padding })
}

export function ecdsa(key: KeyObject): Signer {
  return (input) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
}

export function hmac(secret: string | Buffer): Signer {
  return (input) => createHmac('sha256', secret).update(input).digest()
}

/** A JWS in compact form of exactly these bytes. @see RFC 7515 section 7.1 */
export function compact(header: string, payload: string | Buffer, signer: Signer): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`
}

function encode(part: string | Buffer): string {
  return Buffer.from(part as string).toString('base64url')
}
