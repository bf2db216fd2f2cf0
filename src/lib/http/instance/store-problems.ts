import type { Logger } from '../../ground/log.ts'
import type { StateStore } from '../../state/store.ts'

/**
 * Logs problems with the setup of a store. It tries at once. If the store does not respond yet, it
 * tries again when the returned function is called.
 */
export function storeProblems({ problems }: StateStore, logger: Logger): () => void {
  let isTold = problems === undefined

  async function tell(): Promise<void> {
    if (isTold || !problems) return
    isTold = true
    try {
      for (const problem of await problems()) logger.error(problem)
    } catch {
      // The store is not connected yet, or does not allow the query.
      isTold = false
    }
  }

  void tell()
  return () => void tell()
}
