import type { Clock } from '../../ground/clock.ts'

/** Something that Scalekit lets through and a strict client would not send, or the reverse. */
export interface EmulatorWarning {
  /** What it is about, such as `pkce_missing`. */
  readonly code: string
  /** A sentence that names the option and the flag which decide it. */
  readonly message: string
  /** Who caused it: the application, or a client of an organization. */
  readonly clientId: string
  /** By the emulator's clock, in milliseconds. */
  readonly at: number
}

/** The warnings so far: each kind once for each client. */
export interface Warnings {
  readonly list: readonly EmulatorWarning[]
  warn(code: string, clientId: string, message: string): void
}

/** Clients can be made without end, so a limit keeps the list short. */
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
