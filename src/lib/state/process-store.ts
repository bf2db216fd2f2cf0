import type { Clock } from '../ground/clock.ts'
import { memoryStore } from './memory-store.ts'
import type { Marks, StateStore } from './store.ts'

const marksByInstance = new Map<string, Marks>()

/**
 * What an instance has that was given no store: memory of its own, but for the marks. Another one
 * of the same client opens the same sessions, and has to know which of them are over.
 *
 * @param instance What tells an instance's sessions from another's.
 */
export function processStore(instance: string, clock: Clock): StateStore {
  const store = memoryStore({ clock })
  const marks = marksByInstance.get(instance) ?? store.marks
  marksByInstance.set(instance, marks)
  return { ...store, marks }
}
