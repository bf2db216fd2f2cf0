import { timingSafeEqual } from 'node:crypto'
import { sha256 } from '../../ground/bytes.ts'
import { randomId, randomSecret } from '../format/ids.ts'

/** A client of one organization, for machine-to-machine calls. */
export interface OrganizationClient extends ClientDetails {
  /** `m2morg_` and digits. */
  readonly id: string
  readonly organizationId: string
  secrets: readonly ClientSecret[]
}

/** The fields of such a client that the application sets. */
export interface ClientDetails {
  name: string
  description: string
  scopes: readonly string[]
  audience: readonly string[]
  customClaims: readonly { readonly key: string; readonly value: string }[]
  /** The lifetime of its tokens. */
  expirySeconds: number
}

/** A client secret. Only its hash and its last characters are stored. */
export interface ClientSecret {
  /** `sec_` and digits. */
  readonly id: string
  readonly hash: Buffer
  readonly suffix: string
  readonly createdAt: number
  lastUsedAt?: number
}

/** @returns the stored secret and the secret string, which is not stored */
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

/** Returns the client if the string is one of its secrets, and records the use of that secret. */
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
