import { timingSafeEqual } from 'node:crypto'
import { sha256 } from '../../ground/bytes.ts'
import { randomId, randomSecret } from '../format/ids.ts'

/** A client of one organization, for calls from machine to machine. */
export interface OrganizationClient extends ClientDetails {
  /** `m2morg_` and digits. */
  readonly id: string
  readonly organizationId: string
  secrets: readonly ClientSecret[]
}

/** What an application says of such a client. */
export interface ClientDetails {
  name: string
  description: string
  scopes: readonly string[]
  audience: readonly string[]
  customClaims: readonly { readonly key: string; readonly value: string }[]
  /** How long its tokens are good for. */
  expirySeconds: number
}

/** A secret, of which only the hash and the end are kept. */
export interface ClientSecret {
  /** `sec_` and digits. */
  readonly id: string
  readonly hash: Buffer
  readonly suffix: string
  readonly createdAt: number
  lastUsedAt?: number
}

/** @returns the secret and its text, which is not kept */
export function newClientSecret(now: number): readonly [ClientSecret, plain: string] {
  const plain = randomSecret('test_')
  const secret = {
    id: randomId('sec_'),
    hash: sha256(plain),
    suffix: plain.slice(-4),
    createdAt: now,
  }
  return [secret, plain]
}

/** The client, if the text is one of its secrets, which is then noted as used. */
export function clientBySecret(
  client: OrganizationClient,
  plain: string,
  now: number,
): OrganizationClient | undefined {
  const hash = sha256(plain)
  const secret = client.secrets.find((one) => timingSafeEqual(one.hash, hash))
  if (!secret) return undefined
  secret.lastUsedAt = now
  return client
}
