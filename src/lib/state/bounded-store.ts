import { within } from '../within.ts'
import type { Marks, StateStore } from './store.ts'

/** How long one call of a store may take, in milliseconds. */
const timeoutMs = 2000

/** The same store, whose calls all end: a request never waits for one that hangs. */
export function boundedStore({ marks, singleUse, vault }: StateStore): StateStore {
  return {
    marks: boundedMarks(marks),
    singleUse: { claim: (...given) => within(timeoutMs, singleUse.claim(...given)) },
    vault: {
      put: (...given) => within(timeoutMs, vault.put(...given)),
      get: (...given) => within(timeoutMs, vault.get(...given)),
      remove: (...given) => within(timeoutMs, vault.remove(...given)),
    },
  }
}

function boundedMarks(marks: Marks): Marks {
  return {
    write: (...given) => within(timeoutMs, marks.write(...given)),
    since: (...given) => within(timeoutMs, marks.since(...given)),
    ...(marks.subscribe ? { subscribe: marks.subscribe.bind(marks) } : {}),
    ...(marks.local ? { local: marks.local } : {}),
  }
}
