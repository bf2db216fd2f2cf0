export type { PostgresClient } from './lib/adapters/postgres/client.ts'
export type { PostgresStore } from './lib/adapters/postgres/postgres-store.ts'
export { postgresStore } from './lib/adapters/postgres/postgres-store.ts'
