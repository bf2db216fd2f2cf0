export type { IoRedisClient, RedisClient } from './lib/adapters/redis/client.ts'
export { redisStore } from './lib/adapters/redis/redis-store.ts'
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
