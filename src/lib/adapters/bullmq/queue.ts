/** What is used of a `Queue` of `bullmq`. */
export interface BullmqQueue {
  readonly name: string
  readonly opts: {
    readonly connection?: unknown
    readonly prefix?: string | undefined
    readonly defaultJobOptions?: object | undefined
  }
  add(name: string, data: object, options: object): Promise<{ readonly id?: string | undefined }>
  getJob(id: string): Promise<{ readonly data: unknown } | undefined>
}

/** BullMQ's own options of a worker that matter here; all others are passed on, too. */
export interface BullmqWorkerOptions {
  /** How many deliveries are handled at once in this process. Default: 5. */
  readonly concurrency?: number
  /** How long a worker that died holds a delivery, in milliseconds. Default: 30 000. */
  readonly lockDuration?: number
  /** How often workers that died are looked for, in milliseconds. Default: 30 000. */
  readonly stalledInterval?: number
  /** How many workers may die of a delivery until it is a dead letter. Default: 10. */
  readonly maxStalledCount?: number
  readonly [option: string]: unknown
}
