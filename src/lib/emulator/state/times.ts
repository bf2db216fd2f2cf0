import type { Clock } from '../../ground/clock.ts'

/** When things were made and last changed, by their ids and the emulator's clock. */
export interface Times {
  createdAt(id: string): number
  updatedAt(id: string): number
  made(id: string): void
  changed(id: string): void
  save(): SavedTimes
  /** Without saved times, everything is as old as this call. */
  restore(saved?: SavedTimes): void
}

/** All that {@link Times} knows, as JSON. */
export interface SavedTimes {
  readonly startedAt: number
  readonly made: Readonly<Record<string, number>>
  readonly changed: Readonly<Record<string, number>>
}

/** What was neither made nor changed since is as old as the emulator. */
export function createTimes(clock: Clock): Times {
  let startedAt = clock()
  let made = new Map<string, number>()
  let changed = new Map<string, number>()
  const createdAt = (id: string) => made.get(id) ?? startedAt
  return {
    createdAt,
    updatedAt: (id) => changed.get(id) ?? createdAt(id),
    made: (id) => void made.set(id, clock()),
    changed: (id) => void changed.set(id, clock()),
    save: () => ({
      startedAt,
      made: Object.fromEntries(made),
      changed: Object.fromEntries(changed),
    }),
    restore: (saved = { startedAt: clock(), made: {}, changed: {} }) => {
      startedAt = saved.startedAt
      made = new Map(Object.entries(saved.made))
      changed = new Map(Object.entries(saved.changed))
    },
  }
}
