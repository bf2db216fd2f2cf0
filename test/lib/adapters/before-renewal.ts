import { sealer } from '../../../src/lib/ground/seal.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import type { Identity, Tokens } from '../../../src/lib/ground/types.ts'
import type { RedisClient } from '../../../src/redis.ts'
import type { Postgres } from '../../support/postgres.ts'

/** Keeps tokens as the version before renewal does. Never edit it. */
export async function putInRedisAsBefore(
  client: RedisClient,
  prefix: string,
  { sessionId, absoluteExpiresAt }: Identity,
  tokens: Tokens,
): Promise<void> {
  const json = JSON.stringify(tokens)
  const key = `${prefix}tokens:${sessionId}`
  await client.sendCommand(['SET', key, json, 'PXAT', String(Math.ceil(absoluteExpiresAt))])
}

/** The same in the table of the version before. Never edit it. */
export async function putInPostgresAsBefore(
  pool: Postgres['pool'],
  schema: string,
  { sessionId, absoluteExpiresAt }: Identity,
  tokens: Tokens,
): Promise<void> {
  await pool.query(
    `insert into "${schema}".tokens (session_id, tokens, expires_at) values ($1, $2, $3)
    on conflict (session_id) do update
    set tokens = excluded.tokens, expires_at = excluded.expires_at`,
    [sessionId, JSON.stringify(tokens), absoluteExpiresAt],
  )
}

/** What sealed cookies held before. */
type IdentityBefore = Omit<
  Identity,
  'authority' | 'tokenKey' | 'begun' | 'epoch' | 'signedInAt' | 'authenticatedBy'
>

/** A cookie with the session that another cookie has, as the version before made it. */
export function cookieOfBefore(
  cookie: string,
  parts: { readonly secret: string; readonly issuer: string; readonly clientId: string },
): { readonly cookie: string; readonly identity: IdentityBefore } {
  const { secret, issuer, clientId } = parts
  const seal = sealer([new Secret(secret)], `session scalekit ${issuer} ${clientId}`)
  const text = seal.open(cookie, 'scalekit-session')
  if (text === undefined) throw new Error('The cookie does not open')
  const { authority, tokenKey, begun, epoch, signedInAt, authenticatedBy, ...identity } =
    JSON.parse(text) as Identity
  return { cookie: seal.seal(JSON.stringify(identity), 'scalekit-session'), identity }
}
