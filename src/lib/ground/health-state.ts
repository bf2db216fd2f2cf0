import { quote, textOfThrown } from './log.ts'

/** Whether something that the application depends on works, as far as this process knows. */
export interface HealthState {
  readonly ok: boolean
  /** Since when, in milliseconds since the epoch. */
  readonly since: number
  /** What the last failure said; absent while `ok`. For the application's own eyes. */
  readonly cause?: string
}

/** Keeps a {@link HealthState} by what becomes of calls. */
export interface Watch {
  state(): HealthState
  worked(): void
  failed(cause: unknown): void
}

/** What is called where a state changes. */
export interface Changes {
  /** @param cause Safe for a log line. */
  onFailure?(cause: string): void
  /** @param afterMs How long it lasted. */
  onRecovery?(afterMs: number): void
}

/** It works until it is known not to. The time is the machine's, as an operator reads it. */
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
