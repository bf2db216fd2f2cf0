import type { StateStore } from '../../../src/index.ts'
import type { Identity, Tokens } from '../../../src/lib/ground/types.ts'
import { postgresStore } from '../../../src/postgres.ts'
import { redisStore } from '../../../src/redis.ts'
import { hasPostgres, startPostgres } from '../../support/postgres.ts'
import { hasRedis, startRedis } from '../../support/redis.ts'
import type { Visitor } from '../../support/visitor.ts'
import { putInPostgresAsBefore, putInRedisAsBefore } from './before-renewal.ts'

/** A server that the instances of an application share. */
export interface SharedServer {
  /** The store of one more process, in the space by this name. */
  storeOf(space: string): Promise<StateStore>
  /** Keeps the tokens of a session in this space as the version before renewal did. */
  putTokensAsBefore(space: string, identity: Identity, tokens: Tokens): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void> | void
  close(): Promise<void>
}

async function sharedRedis(): Promise<SharedServer> {
  // One that comes back empty has forgotten who is signed in: see test/flows/forgotten.test.ts.
  const redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  const storeOf = async (prefix: string) => redisStore(await redis.connect(), { prefix })
  const putTokensAsBefore: SharedServer['putTokensAsBefore'] = (...given) =>
    putInRedisAsBefore(redis.client, ...given)
  return { ...redis, storeOf, putTokensAsBefore }
}

async function sharedPostgres(): Promise<SharedServer> {
  const postgres = await startPostgres()
  const storeOf = async (schema: string) => postgresStore(postgres.connect(), { schema })
  const putTokensAsBefore: SharedServer['putTokensAsBefore'] = (...given) =>
    putInPostgresAsBefore(postgres.pool, ...given)
  return { ...postgres, storeOf, putTokensAsBefore }
}

/** Each kind: its name, whether it is installed, and how one is started. */
export const sharedServers = [
  ['Redis', hasRedis, sharedRedis],
  ['PostgreSQL', hasPostgres, sharedPostgres],
] as const

/** The headers of a browser's request that a balancer passes on: what was sent to the address. */
export function senderTo(url: string) {
  const { host } = new URL(url)
  return (browser: Visitor) => {
    const cookies = browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`)
    return { Host: host, Cookie: cookies.join('; ') }
  }
}
