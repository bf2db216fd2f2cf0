import type { Identity } from '../ground/types.ts'
import type { LocalRevocations, StoreEpoch } from '../state/store.ts'

/** What becomes of sessions of another epoch where revocations end with the process. */
export interface MemoryRule {
  /** Whether sessions from before this process are over. */
  readonly afterRestart: 'end' | 'keep'
  /** Called for a session that began while this process ran, and not here. */
  onOtherProcess(): void
}

/**
 * Whether the store remembers everything that could have ended the session. A session without an
 * epoch is older than epochs are; it counts where no other epoch was known.
 */
export function isOfEpoch({ epoch }: Identity, known: StoreEpoch): boolean {
  return epoch === undefined ? known.isFirst : epoch === known.id
}

/**
 * Whether a session is over because this process cannot know what ended it. In memory, another epoch
 * is that of a process before this one, or of one beside it that shares the secret.
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
  // A later epoch was begun to end all sessions.
  return afterRestart === 'end' || !epoch.isFirst
}
