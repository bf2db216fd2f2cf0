import type { Clock } from '../ground/clock.ts'
import { memoryStore } from './memory-store.ts'
import type { StateStore } from './store.ts'

/** What the instances of one client in this process share. */
type SharedParts = Pick<StateStore, 'revocations' | 'aliases'>

const sharedByInstance = new Map<string, SharedParts>()

/**
 * The store of an instance that was given none: memory of its own, except for the revocations and
 * the names of people. Another instance of the same client opens the same sessions, must know which
 * are over, and may be the one that hears of a removal.
 *
 * @param instance What tells an instance's sessions from another's.
 */
export function processStore(instance: string, clock: Clock): StateStore {
  const store = memoryStore({ clock })
  const shared = sharedByInstance.get(instance) ?? store
  const { revocations, aliases } = shared
  sharedByInstance.set(instance, { revocations, aliases })
  return { ...store, revocations, aliases }
}
