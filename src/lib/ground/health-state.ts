import { quote, textOfThrown } from './log.ts'

/** Whether one of the application's dependencies works, as far as this process knows. */
export interface HealthState {
  readonly ok: boolean
  /** The time of the last change, in milliseconds since the epoch. */
  readonly since: number
  /** The message of the last failure; absent while `ok`. For operators only. */
  readonly cause?: string
}

/** Derives a {@link HealthState} from the results of calls. */
export interface Watch {
  state(): HealthState
  worked(): void
  failed(cause: unknown): void
}

/** Callbacks for changes of the state. */
export interface Changes {
  /** @param cause Safe for a log line. */
  onFailure?(cause: string): void
  /** @param afterMs The duration of the outage. */
  onRecovery?(afterMs: number): void
}

/**
 * Creates a watch that starts as `ok`. Times are the machine's, as operators read them, not the
 * configured clock's.
 */
export function watch({ onFailure, onRecovery }: Changes = {}): Watch {
  let state: HealthState = { ok: true, since: Date.now() }
  return {
    state: () => state,
    worked() {
      if (state.ok) return
      const { since } = state
      state = { ok: true, since: Date.now() }
      onRecovery?.(state.since - since)
    },
    failed(cause) {
      const text = textOf(cause)
      const wasOk = state.ok
      state = { ok: false, since: wasOk ? Date.now() : state.since, cause: text }
      if (wasOk) onFailure?.(quote(text))
    },
  }
}

/** Node's error for several addresses that refuse has no message, only a code. */
function textOf(cause: unknown): string {
  const isMute = cause instanceof Error && cause.message === '' && 'code' in cause
  return isMute ? String(cause.code) : textOfThrown(cause)
}
