import type { Clock } from '../../ground/clock.ts'

/**
 * A request that Scalekit accepts although a strict client would not send it, or one that the
 * emulator refuses although Scalekit accepts it.
 */
export interface EmulatorWarning {
  /** The kind of warning, such as `pkce_missing`. */
  readonly code: string
  /** A sentence that names the deciding option and flag. */
  readonly message: string
  /** The client that caused it: the application, or a client of an organization. */
  readonly clientId: string
  /** In milliseconds, by the emulator's clock. */
  readonly at: number
}

/** All warnings so far: each kind once for each client. */
export interface Warnings {
  readonly list: readonly EmulatorWarning[]
  warn(code: string, clientId: string, message: string): void
}

/** The number of clients is unlimited, so a maximum keeps the list short. */
const maxWarnings = 100

export function createWarnings(
  clock: Clock,
  onWarning: (warning: EmulatorWarning) => void,
): Warnings {
  const list: EmulatorWarning[] = []
  return {
    list,
    warn(code, clientId, message) {
      const isKnown = list.some((one) => one.code === code && one.clientId === clientId)
      if (isKnown || list.length >= maxWarnings) return
      const warning = { code, message, clientId, at: clock() }
      list.push(warning)
      onWarning(warning)
    },
  }
}
