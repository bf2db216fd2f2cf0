import { type HealthState, watch } from '../ground/health-state.ts'
import type { Logger } from '../ground/log.ts'

/** Whether the store is reachable, so that requests do not wait for an unreachable one. */
export interface StoreOutage {
  state(): HealthState
  /** The store's last error, during an outage. */
  failure(): { readonly cause: unknown } | undefined
  began(cause: unknown): void
  ended(): void
  /** Reports a failed call. The store is then probed. */
  doubt(): void
  /** Sets the function that probes the store. */
  onDoubt(probe: () => void): void
}

/** Logs two lines for each outage, however many requests it affects. */
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
