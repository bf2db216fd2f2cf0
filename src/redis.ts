export type { RedisClient } from './lib/adapters/redis/client.ts'
export { redisStore } from './lib/adapters/redis/redis-store.ts'
