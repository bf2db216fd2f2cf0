import type { AdjustableClock } from './control/controls.ts'
import type { Settings } from './world/settings.ts'

/** The emulator's clock: the host's clock plus the time by which it was advanced. */
export function adjustableClock({ clock: base }: Pick<Settings, 'clock'>): AdjustableClock {
  let advancedMs = 0
  return {
    now: () => base() + advancedMs,
    advancedSeconds: () => advancedMs / 1000,
    advance: (seconds) => {
      advancedMs += seconds * 1000
    },
  }
}
