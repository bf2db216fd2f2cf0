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
 * Ends the sessions that a verified logout token names: with `sid` that session alone, otherwise
 * all sessions of the user. A sign-in that begins later is not affected.
 *
 * @throws {@link LoginError} `logout_token_invalid` for a token that was used before;
 *   {@link ScalekitError} `store_unavailable`
 */
export type EndByLogoutToken = (req: IncomingMessage, logout: Logout) => Promise<void>

export function endByLogoutTokenWith(parts: {
  readonly issuer: string
  readonly revocations: RevocationsReplica
  readonly singleUse: SingleUse
  /** The longest lifetime of a session that has to be ended, in milliseconds. */
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
    // Kept longer, because the store's clock may be ahead of the clock that checks the token.
    return singleUse.claim(keyOf(issuer, 'logout-token', id), expiresAt + maxClockDifferenceMs)
  }

  return async function endByLogoutToken(req, logout) {
    // Writes first and claims second: if the store fails in between, Scalekit can send the token
    // again. A repeated revocation ends no further session, because its time is that of the token.
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
