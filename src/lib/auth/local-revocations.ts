import type { Clock } from '../ground/clock.ts'
import type { Identity } from '../ground/types.ts'
import type { LocalRevocations, Revocations } from '../state/store.ts'
import { isForgottenByMemory, type MemoryRule } from './forgotten.ts'
import { isEndedBy } from './revocation.ts'
import type { HeardKeys, RevocationsReplica } from './revocations-replica.ts'

/**
 * How often a store in this process is checked for writes if it does not announce them, in
 * milliseconds.
 */
const localPollMs = 500

/** Wraps revocations in this process's memory. They need no copy. */
export function localRevocations(
  revocations: Revocations,
  local: LocalRevocations,
  { clock, memory }: { readonly clock: Clock; readonly memory: MemoryRule },
): RevocationsReplica {
  const isForgotten = (identity: Identity) => isForgottenByMemory(identity, local, memory)
  // Read now: `auth.revoke('everyone')` begins another epoch, which ends no access token.
  const { beganAt = Number.NEGATIVE_INFINITY } = local
  const storeTime = () => ({ earliest: clock(), latest: clock() })
  return {
    isFresh: () => true,
    refresh: async () => true,
    invalidate() {},
    failure: () => undefined,
    storeTime,
    askStoreTime: async () => storeTime(),
    epoch: () => local.epoch,
    forgottenUntil: memory.afterRestart === 'end' ? beganAt : Number.NEGATIVE_INFINITY,
    known: local,
    isDead: (identity) => isForgotten(identity) || isEndedBy(local, identity),
    isForgotten,
    write: (written) => revocations.write(written),
    onHeard: (heard) => listenToLocal(local, heard),
    close: () => {},
  }
}

/**
 * A store of another package may not announce its writes. Its counter then shows that there were
 * some.
 */
function listenToLocal(local: LocalRevocations, heard: HeardKeys): () => void {
  let { epoch, writes } = local
  const isNewEpoch = () => {
    const before = epoch
    epoch = local.epoch
    return epoch.id !== before.id
  }
  if (local.subscribe) return local.subscribe((key) => heard(isNewEpoch() ? undefined : [key]))
  const timer = setInterval(() => {
    if (local.writes === writes && !isNewEpoch()) return
    writes = local.writes
    heard(undefined)
  }, localPollMs)
  timer.unref?.()
  return () => clearInterval(timer)
}
