import { type HealthState, watch } from '../ground/health-state.ts'
import type { Logger } from '../ground/log.ts'

/** Whether the store answers, so that no request waits for one that does not. */
export interface StoreOutage {
  state(): HealthState
  /** What the store last failed with, while it is away. */
  failure(): { readonly cause: unknown } | undefined
  began(cause: unknown): void
  ended(): void
  /** One call failed: has the store asked whether it answers at all. */
  doubt(): void
  /** Says how to ask it. */
  onDoubt(probe: () => void): void
}

/** An outage is two lines in the log, however many requests it costs. */
export function storeOutage(logger: Logger): StoreOutage {
  let failure: { readonly cause: unknown } | undefined
  let probe = () => {}
  const { state, worked, failed } = watch({
    onFailure: (cause) =>
      logger.error(`store_unavailable: the store does not answer, guards answer 503: ${cause}`),
    onRecovery: (afterMs) =>
      logger.info(`store: it answers again, after ${(afterMs / 1000).toFixed(1)} s`),
  })
  return {
    state,
    failure: () => failure,
    began(cause) {
      failure = { cause }
      failed(cause)
    },
    ended() {
      failure = undefined
      worked()
    },
    doubt: () => probe(),
    onDoubt(next) {
      probe = next
    },
  }
}
