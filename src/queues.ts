export type { BullmqOptions } from './lib/adapters/bullmq/bullmq.ts'
export { bullmq } from './lib/adapters/bullmq/bullmq.ts'
export type { BullmqQueue, BullmqWorkerOptions } from './lib/adapters/bullmq/queue.ts'
export type { PgBossClient, PgBossJob } from './lib/adapters/pg-boss/client.ts'
export type { PgBossOptions, PgBossWorkerOptions } from './lib/adapters/pg-boss/pg-boss.ts'
export { pgBoss } from './lib/adapters/pg-boss/pg-boss.ts'
export type { LogFields, Logger } from './lib/ground/log.ts'
export type {
  DeliveryQueue,
  QueuedDelivery,
  QueueRun,
  RunDelivery,
  RunEnd,
} from './lib/state/delivery-queue.ts'
