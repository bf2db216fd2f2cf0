import type { Clock } from '../../ground/clock.ts'

/** When things were made and last changed, by their ids and the emulator's clock. */
export interface Times {
  createdAt(id: string): number
  updatedAt(id: string): number
  made(id: string): void
  changed(id: string): void
}

/** What was neither made nor changed since is as old as the emulator. */
export function createTimes(clock: Clock): Times {
  const startedAt = clock()
  const made = new Map<string, number>()
  const changed = new Map<string, number>()
  const createdAt = (id: string) => made.get(id) ?? startedAt
  return {
    createdAt,
    updatedAt: (id) => changed.get(id) ?? createdAt(id),
    made: (id) => void made.set(id, clock()),
    changed: (id) => void changed.set(id, clock()),
  }
}
