import { postgresStore } from '../adapters/postgres/postgres-store.ts'
import { redisStore } from '../adapters/redis/redis-store.ts'
import type { StateStore } from '../state/store.ts'
import { UsageError } from './arguments.ts'

/** The options that locate the store of an application. */
export const storeOptions: Readonly<
  Record<'redis' | 'postgres' | 'prefix' | 'schema', { readonly type: 'string' }>
> = {
  redis: { type: 'string' },
  postgres: { type: 'string' },
  prefix: { type: 'string' },
  schema: { type: 'string' },
}

/** A store that is opened for one command. */
export interface OpenStore {
  readonly store: StateStore
  /** The location of the store, without a password. */
  readonly place: string
  /** Whether an application has used the store. */
  isInUse(): Promise<boolean>
  close(): Promise<void>
}

/**
 * Opens the store of an application, works with it, and closes it.
 *
 * @throws if no application has used the store: a misspelled name must not look like success
 */
export async function withStore(
  values: StoreValues,
  work: (opened: OpenStore) => Promise<void>,
): Promise<void> {
  const opened = await storeFrom(values)
  try {
    if (!(await opened.isInUse())) {
      throw new Error(`No application has used ${opened.place}: are --prefix and --schema right?`)
    }
    await work(opened)
  } finally {
    await opened.close()
  }
}

/** The values given for {@link storeOptions}. */
export interface StoreValues {
  readonly redis?: string
  readonly postgres?: string
  readonly prefix?: string
  readonly schema?: string
}

/** Reads the location from an option, or from the variable that the guides use. */
function storeFrom({ redis, postgres, prefix, schema }: StoreValues): Promise<OpenStore> {
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

/** @throws {@link UsageError} for a URL that contains a password */
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
  // The failed call reports the error.
  client.on('error', () => {})
  await client.connect()
  return {
    store: redisStore(client, { prefix }),
    place: `Redis with the prefix "${prefix}"`,
    async isInUse() {
      const letters = `${prefix}{dead-letters}`
      return (await client.exists(`${prefix}marks`)) + (await client.exists(letters)) > 0
    },
    // `quit` also exists in redis 4.
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

/** Imports a package that only some applications install. */
async function peer<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    throw new Error(`The command needs the package ${name}: npm install ${name}`, { cause: error })
  }
}
