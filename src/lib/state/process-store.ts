import type { Clock } from '../ground/clock.ts'
import { memoryStore } from './memory-store.ts'
import type { StateStore } from './store.ts'

/** The parts of the store that all instances of one client in this process share. */
type SharedParts = Pick<StateStore, 'revocations' | 'aliases'>

const sharedByInstance = new Map<string, SharedParts>()

/**
 * Creates the default store of an instance. It is in memory and private, except for revocations and
 * aliases. Another instance of the same client opens the same sessions, so it must know which have
 * ended. It may also be the one that receives the webhook of a removal.
 *
 * @param instance Identifies the instances that open each other's sessions.
 */
export function processStore(instance: string, clock: Clock): StateStore {
  const store = memoryStore({ clock })
  const shared = sharedByInstance.get(instance) ?? store
  const { revocations, aliases } = shared
  sharedByInstance.set(instance, { revocations, aliases })
  return { ...store, revocations, aliases }
}
