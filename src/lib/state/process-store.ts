import type { Clock } from '../ground/clock.ts'
import { memoryStore } from './memory-store.ts'
import type { Revocations, StateStore } from './store.ts'

const revocationsByInstance = new Map<string, Revocations>()

/**
 * The store of an instance that was given none: memory of its own, except for the revocations.
 * Another instance of the same client opens the same sessions, and must know which are over.
 *
 * @param instance What tells an instance's sessions from another's.
 */
export function processStore(instance: string, clock: Clock): StateStore {
  const store = memoryStore({ clock })
  const revocations = revocationsByInstance.get(instance) ?? store.revocations
  revocationsByInstance.set(instance, revocations)
  return { ...store, revocations }
}
