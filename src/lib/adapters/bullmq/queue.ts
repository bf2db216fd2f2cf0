/** The part of a `Queue` of `bullmq` that the kit uses. */
export interface BullmqQueue {
  readonly name: string
  readonly opts: {
    readonly prefix?: string | undefined
    readonly defaultJobOptions?: object | undefined
  }
  /** BullMQ 5: resolves with the client when it has connected. */
  readonly client?: Promise<unknown>
  /** BullMQ 6: has the `client`, which resolves when it has connected. */
  getBackend?(): { readonly client?: Promise<unknown> }
  add(name: string, data: object, options: object): Promise<{ readonly id?: string | undefined }>
  getJob(id: string): Promise<{ readonly data: unknown } | undefined>
}

/** The worker options of BullMQ that matter here. All others are passed on as well. */
export interface BullmqWorkerOptions {
  /** How many deliveries this process handles concurrently. Default: 5. */
  readonly concurrency?: number
  /** How long a crashed worker keeps its lock on a delivery, in milliseconds. Default: 30 000. */
  readonly lockDuration?: number
  /** How often BullMQ looks for crashed workers, in milliseconds. Default: 30 000. */
  readonly stalledInterval?: number
  /**
   * How many workers may crash while handling a delivery before it becomes a dead letter. Default:
   * 10.
   */
  readonly maxStalledCount?: number
  readonly [option: string]: unknown
}
