export type { RedisClient } from './lib/adapters/redis/client.ts'
export { redisStore } from './lib/adapters/redis/redis-store.ts'
export type { Tokens } from './lib/ground/types.ts'
export type {
  Alias,
  Aliases,
  ClaimAnswer,
  DeadLetter,
  DeliveryClaim,
  Ledger,
  LocalRevocations,
  Revocation,
  RevocationClock,
  Revocations,
  RevocationsPage,
  SingleUse,
  StateStore,
  StoreEpoch,
  TokenStore,
} from './lib/state/store.ts'
