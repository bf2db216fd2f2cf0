import type { Clock } from './clock.ts'
import { quote, textOfThrown } from './log.ts'

/** Whether something that the application depends on works, as far as this process knows. */
export interface Condition {
  readonly ok: boolean
  /** Since when, in milliseconds since the epoch. */
  readonly since: number
  /** What the last failure said; absent while `ok`. For the application's own eyes. */
  readonly cause?: string
}

/** Keeps a {@link Condition} by what becomes of calls. */
export interface Watch {
  condition(): Condition
  worked(): void
  failed(cause: unknown): void
}

/** What is called where a condition changes. */
export interface Changes {
  onFailure?(cause: string): void
  /** @param afterMs How long it lasted. */
  onRecovery?(afterMs: number): void
}

/** It works until it is known not to. */
export function watch(clock: Clock, { onFailure, onRecovery }: Changes = {}): Watch {
  let condition: Condition = { ok: true, since: clock() }
  return {
    condition: () => condition,
    worked() {
      if (condition.ok) return
      const { since } = condition
      condition = { ok: true, since: clock() }
      onRecovery?.(condition.since - since)
    },
    failed(cause) {
      const text = quote(textOf(cause))
      const wasOk = condition.ok
      condition = { ok: false, since: wasOk ? clock() : condition.since, cause: text }
      if (wasOk) onFailure?.(text)
    },
  }
}

/** Node's error for several addresses that refuse has no message, only a code. */
function textOf(cause: unknown): string {
  const isMute = cause instanceof Error && cause.message === '' && 'code' in cause
  return isMute ? String(cause.code) : textOfThrown(cause)
}
