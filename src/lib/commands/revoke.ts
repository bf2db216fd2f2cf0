import type { ParseArgsConfig } from 'node:util'
import { postgresStore } from '../adapters/postgres/postgres-store.ts'
import { redisStore } from '../adapters/redis/redis-store.ts'
import type { StateStore } from '../state/store.ts'
import { assertNoMore, parseArguments, UsageError } from './arguments.ts'

const options = {
  all: { type: 'boolean', default: false },
  redis: { type: 'string' },
  postgres: { type: 'string' },
  prefix: { type: 'string' },
  schema: { type: 'string' },
} satisfies ParseArgsConfig['options']

/** A store that is asked once. */
interface OpenStore {
  readonly store: StateStore
  /** Where it is, without a password. */
  readonly place: string
  /** Whether an application has used it. */
  isInUse(): Promise<boolean>
  close(): Promise<void>
}

/** Ends every session of a store, as after a restore from a backup. */
export async function revoke(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArguments(args, options)
  assertNoMore(positionals)
  if (!values.all) throw new UsageError('--all is missing: it ends every session of the store.')
  const opened = await storeFrom(values)
  try {
    await endAll(opened)
  } finally {
    await opened.close()
  }
}

async function endAll({ store, place, isInUse }: OpenStore): Promise<void> {
  // A misspelled name must not look like success.
  if (!(await isInUse())) {
    throw new Error(`No application has used ${place}: are --prefix and --schema right?`)
  }
  await store.revocations.beginEpoch!()
  console.log(`All sessions in ${place} are over: every user has to sign in again.`)
}

interface Values {
  readonly redis?: string
  readonly postgres?: string
  readonly prefix?: string
  readonly schema?: string
}

/** By an option, or by the variable that the guides use. */
function storeFrom({ redis, postgres, prefix, schema }: Values): Promise<OpenStore> {
  if (redis !== undefined && postgres !== undefined) {
    throw new UsageError('Use --redis or --postgres, not both.')
  }
  const { REDIS_URL, DATABASE_URL } = process.env
  const redisUrl = given('--redis', redis) ?? (postgres === undefined ? REDIS_URL : undefined)
  const postgresUrl =
    given('--postgres', postgres) ?? (redis === undefined ? DATABASE_URL : undefined)
  const isRedis = redisUrl && !schema
  const isPostgres = postgresUrl && !prefix
  if (isRedis && isPostgres) {
    throw new UsageError(
      'REDIS_URL and DATABASE_URL are both set: name the prefix (--prefix scalekit:) or the schema (--schema scalekit) of your store.',
    )
  }
  if (isRedis) return openRedis(redisUrl, prefix ?? 'scalekit:')
  if (isPostgres) return openPostgres(postgresUrl, schema ?? 'scalekit')
  throw new UsageError(
    'The store is missing: set REDIS_URL or DATABASE_URL, or use --redis <url> or --postgres <url>.',
  )
}

/** @throws {@link UsageError} for a URL with a password in it */
function given(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  if (!URL.canParse(value)) throw new UsageError(`${name} must be a URL.`)
  if (!new URL(value).password) return value
  const variable = name === '--redis' ? 'REDIS_URL' : 'DATABASE_URL'
  throw new UsageError(
    `Set ${variable} instead of ${name} to a URL with a password: other users of this machine can see command lines.`,
  )
}

async function openRedis(url: string, prefix: string): Promise<OpenStore> {
  const { createClient } = await peer('redis', () => import('redis'))
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  // The call that failed says so.
  client.on('error', () => {})
  await client.connect()
  return {
    store: redisStore(client, { prefix }),
    place: `Redis with the prefix "${prefix}"`,
    isInUse: async () => (await client.exists(`${prefix}marks`)) === 1,
    // The one that redis 4 has, too.
    close: async () => void (await client.quit()),
  }
}

async function openPostgres(connectionString: string, schema: string): Promise<OpenStore> {
  const { default: pg } = await peer('pg', () => import('pg'))
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 5000 })
  pool.on('error', () => {})
  return {
    store: postgresStore(pool, { schema }),
    place: `PostgreSQL in the schema "${schema}"`,
    async isInUse() {
      const tables = 'select 1 from pg_tables where schemaname = $1 and tablename = $2'
      return (await pool.query(tables, [schema, 'marks'])).rows.length === 1
    },
    close: () => pool.end(),
  }
}

/** Packages that only some applications install. */
async function peer<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    throw new Error(`The command needs the package ${name}: npm install ${name}`, { cause: error })
  }
}
