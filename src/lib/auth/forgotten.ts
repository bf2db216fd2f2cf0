import type { Identity } from '../ground/types.ts'
import type { LocalRevocations, StoreEpoch } from '../state/store.ts'

/** How sessions of another epoch are treated if revocations are in memory. */
export interface MemoryRule {
  /** Whether sessions from before this process have ended. */
  readonly afterRestart: 'end' | 'keep'
  /** Called for a session that began after this process, but in another one. */
  onOtherProcess(): void
}

/**
 * Whether the store remembers every revocation that could have ended the session. A session without
 * an epoch was begun by a version without epochs. It is accepted in the first epoch.
 */
export function isOfEpoch({ epoch }: Identity, known: StoreEpoch): boolean {
  return epoch === undefined ? known.isFirst : epoch === known.id
}

/**
 * Whether a session has ended because this process cannot know its revocations. In memory, another
 * epoch belongs to an earlier process, or to another process with the same secret.
 */
export function isForgottenByMemory(
  identity: Identity,
  { epoch, beganAt }: LocalRevocations,
  { afterRestart, onOtherProcess }: MemoryRule,
): boolean {
  if (isOfEpoch(identity, epoch)) return false
  if (beganAt === undefined) return true
  const { signedInAt = Number.NEGATIVE_INFINITY } = identity
  if (signedInAt > beganAt) {
    onOtherProcess()
    return false
  }
  // `auth.revoke('everyone')` began a later epoch to end all sessions.
  return afterRestart === 'end' || !epoch.isFirst
}
