import type { IncomingMessage } from 'node:http'
import { type Clock, maxClockDifferenceMs } from '../ground/clock.ts'
import { LoginError } from '../ground/errors.ts'
import { type Logger, withFields } from '../ground/log.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { Logout, LogoutSubject } from '../oidc/logout-token.ts'
import type { SingleUse } from '../state/store.ts'
import type { Audit, AuditDetails } from './audit.ts'
import { keyOf, type RevocationTarget, revocationKey } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'

/**
 * Ends the sessions that a verified logout token names: with a `sid` that session alone, otherwise all
 * sessions of the user. A sign-in that begins afterwards stands, and ends no revocation.
 *
 * @throws {@link LoginError} `logout_token_invalid` for a token that was used before;
 *   {@link ScalekitError} `store_unavailable`
 */
export type EndByLogoutToken = (req: IncomingMessage, logout: Logout) => Promise<void>

export function endByLogoutTokenWith(parts: {
  readonly issuer: string
  readonly revocations: RevocationsReplica
  readonly singleUse: SingleUse
  /** How long a session may last that has to be ended, in milliseconds. */
  readonly longestSessionMs: number
  readonly audit: Audit
  readonly clock: Clock
  readonly logger: Logger
}): EndByLogoutToken {
  const { issuer, revocations, singleUse, longestSessionMs, audit, clock, logger } = parts

  async function write({ subject, issuedAt: notBefore }: Logout): Promise<void> {
    const key = revocationKey(issuer, targetOf(subject))
    const expiresAt = clock() + longestSessionMs
    await revocations.write([{ key, notBefore, clock: 'scalekit', expiresAt }])
  }

  async function claim({ id, expiresAt }: Logout): Promise<boolean> {
    // The store forgets it by its own clock, which may be ahead of the one that the token is checked by.
    return singleUse.claim(keyOf(issuer, 'logout-token', id), expiresAt + maxClockDifferenceMs)
  }

  return async function endByLogoutToken(req, logout) {
    // In this order: where the store fails in between, Scalekit may send the same token again. Written
    // twice, a revocation ends nothing more, since its time is that of the token.
    const isFirst = await write(logout)
      .then(() => claim(logout))
      .catch((cause: unknown) => {
        throw storeUnavailable('The logout could not be written to the store', cause)
      })
    if (!isFirst) {
      throw new LoginError('logout_token_invalid', 'The logout token was already used')
    }
    const ended = endOf(logout.subject)
    const whose = ended.scope === 'session' ? 'one session' : 'all sessions of one user'
    withFields(logger, { userId: ended.userId }).info(`back-channel logout: ended ${whose}`)
    audit('session.ended', req, () => ended)
  }
}

function targetOf({ sid, sub }: LogoutSubject): RevocationTarget {
  return sid === undefined ? { sub } : { sid }
}

function endOf({ sid, sub }: LogoutSubject): Partial<AuditDetails<'session.ended'>> {
  const scope = sid === undefined ? 'user' : 'session'
  return { cause: 'back-channel-logout', by: 'scalekit', scope, sid, userId: sub }
}
