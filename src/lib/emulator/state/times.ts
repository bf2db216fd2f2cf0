import type { Clock } from '../../ground/clock.ts'

/** When resources were created and last changed, by id and by the emulator's clock. */
export interface Times {
  createdAt(id: string): number
  updatedAt(id: string): number
  made(id: string): void
  changed(id: string): void
  save(): SavedTimes
  /** Without saved times, every resource is as old as this call. */
  restore(saved?: SavedTimes): void
}

/** All contents of {@link Times}, as JSON. */
export interface SavedTimes {
  readonly startedAt: number
  readonly made: Readonly<Record<string, number>>
  readonly changed: Readonly<Record<string, number>>
}

/** A resource that was neither created nor changed since is as old as the emulator. */
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
