import type { Clock } from '../ground/clock.ts'
import { type Logger, quote, textOfThrown, withFields } from '../ground/log.ts'
import type { Identity } from '../ground/types.ts'
import type { AuthorityEnd } from './authority-copies.ts'
import { sessionEnd } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import type { TokenVault } from './token-vault.ts'

/** Ends a session whose authority can no longer be renewed, in all processes. Never rejects. */
export type EndByRenewal = (
  identity: Identity,
  reason: AuthorityEnd,
  error: unknown,
) => Promise<void>

export function endByRenewal(parts: {
  readonly revocations: RevocationsReplica
  readonly vault: Pick<TokenVault, 'remove'>
  readonly clock: Clock
  readonly logger: Logger
}): EndByRenewal {
  const { revocations, vault, clock, logger } = parts
  return async function end(identity, reason, error) {
    await revocations.refresh()
    // The user signed out, or another process ended the session. Renewal is then not the reason.
    if (revocations.isDead(identity)) return
    const { sub: userId, organizationId } = identity
    const log = withFields(logger, { userId, organizationId })
    const level = reason === 'refresh-rejected' || reason === 'denied' ? 'info' : 'warn'
    log[level](sentences[reason] + whyOf(error))
    try {
      await revocations.write(sessionEnd(identity, reason, clock()))
      await vault.remove(identity)
    } catch (cause) {
      log.error(
        `${reason}: the store could not be told, so other processes find out themselves${whyOf(cause)}`,
      )
    }
  }
}

function whyOf(error: unknown): string {
  return error === undefined ? '' : `: ${quote(textOfThrown(error))}`
}

const sentences: Readonly<Record<AuthorityEnd, string>> = {
  'refresh-rejected': 'refresh-rejected: Scalekit has ended the session, so it ended here',
  'refresh-lost':
    'refresh-lost: the tokens of a session were lost, so it ended; the user signs in again',
  'refresh-mismatch': 'refresh-mismatch: renewed tokens are not of the session, so it ended',
  denied: 'authorization.resolve denied a session, so it ended',
}
