import { ConfigError } from '../../ground/errors.ts'
import type { Ledger, StateStore } from '../../state/store.ts'
import { postgresAliases } from './aliases.ts'
import type { PostgresClient } from './client.ts'
import { database } from './database.ts'
import { postgresDeadLetters } from './dead-letters.ts'
import { postgresDeliveries } from './deliveries.ts'
import { postgresRevocations } from './revocations.ts'
import { postgresSingleUse } from './single-use.ts'
import { postgresTokenStore } from './token-store.ts'

/** A {@link StateStore} that can settle a delivery within the application's own transaction. */
export interface PostgresStore extends StateStore {
  readonly ledger: Ledger & Required<Pick<Ledger, 'settleIn'>>
}

/**
 * Keeps state in PostgreSQL 12 and later, for any number of processes.
 *
 * The first call creates the tables or migrates those of an older version. Processes of that
 * version can continue to use them. A role that may not create tables can use tables that another
 * role created. Expired rows are deleted as new ones are written. Dead letters are kept until they
 * are handled.
 *
 * @param pool A pool of `pg` on the primary. The application closes it. Give it a
 *   `connectionTimeoutMillis` and an `error` listener.
 * @param options `schema` The schema of the tables. Each application needs its own. Default:
 *   `scalekit`.
 * @returns the value for the option `store`
 *
 * @throws {@link ConfigError} if the pool is missing
 *
 * @example
 * const pool = new Pool({ connectionTimeoutMillis: 2000 }).on('error', console.error)
 * app.use(scalekitAuth({ store: postgresStore(pool) }))
 */
export function postgresStore(
  pool: PostgresClient,
  { schema = 'scalekit' }: { readonly schema?: string } = {},
): PostgresStore {
  assertPool(pool)
  const tables = database(pool, schema)
  return {
    revocations: postgresRevocations(tables),
    singleUse: postgresSingleUse(tables),
    tokenStore: postgresTokenStore(tables),
    ledger: { ...postgresDeliveries(tables), ...postgresDeadLetters(tables) },
    aliases: postgresAliases(tables),
  }
}

function assertPool(pool: unknown): void {
  if (typeof (pool as PostgresClient | null | undefined)?.query === 'function') return
  throw new ConfigError([
    'postgresStore() needs a pool with a query() function: postgresStore(new Pool({ connectionString })) of the package `pg`',
  ])
}
