export type { PostgresClient } from './lib/adapters/postgres/client.ts'
export type { PostgresStore } from './lib/adapters/postgres/postgres-store.ts'
export { postgresStore } from './lib/adapters/postgres/postgres-store.ts'
export type {
  Alias,
  Aliases,
  ClaimAnswer,
  DeadLetter,
  DeliveryClaim,
  LeaseAnswer,
  LeaseEnd,
  LeaseRequest,
  Ledger,
  LocalRevocations,
  Revocation,
  RevocationClock,
  Revocations,
  RevocationsPage,
  SingleUse,
  StateStore,
  StoreEpoch,
  TokenEntry,
  TokenStore,
} from './lib/state/store.ts'
