import type { Logger } from '../../ground/log.ts'
import type { StateStore } from '../../state/store.ts'

/**
 * Logs what is wrong with how a store is set up: now, where it answers already, and otherwise when
 * the function that is returned is called.
 */
export function storeProblems({ problems }: StateStore, logger: Logger): () => void {
  let isTold = problems === undefined

  async function tell(): Promise<void> {
    if (isTold || !problems) return
    isTold = true
    try {
      for (const problem of await problems()) logger.error(problem)
    } catch {
      // Not connected yet, or not allowed to ask.
      isTold = false
    }
  }

  void tell()
  return () => void tell()
}
