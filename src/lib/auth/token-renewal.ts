import { type Background, backgroundWork } from '../ground/background.ts'
import { randomText } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { delay } from '../ground/delay.ts'
import { LoginError } from '../ground/errors.ts'
import { retryUntil } from '../ground/retry-until.ts'
import type { Identity } from '../ground/types.ts'
import type { Issued } from '../oidc/token-response.ts'
import { storeTimeoutMs } from '../state/bounded-store.ts'
import type { LeaseAnswer, TokenStore } from '../state/store.ts'
import { type LeasedTry, quietAfterFailureMs, type Renewal, type RenewTokens } from './renewal.ts'
import type { TokenSource } from './token-source.ts'
import type { Kept, TokenVault } from './token-vault.ts'
import { unknownTries } from './unknown-tries.ts'

/**
 * How long a refresh token is sent again that may have been used already, in milliseconds. Scalekit
 * accepts a used one for about 30 seconds.
 */
const againForMs = 20_000
/** How long to wait between two reads while another process renews, in milliseconds. */
const pauseMs = 100

/**
 * Renews tokens once for all processes. Scalekit accepts a refresh token only once, so a lease in
 * the store decides which process sends it. The lease lasts longer than the call and the write of
 * its result. No token is sent if the response could arrive after the lease. A write never replaces
 * tokens with older ones.
 */
export function tokenRenewal(parts: {
  readonly vault: TokenVault
  readonly tokenStore: Pick<TokenStore, 'lease' | 'endLease'>
  readonly source: TokenSource
  /** The timeout of a call to the token endpoint, in milliseconds. */
  readonly callTimeoutMs: number
  readonly clock: Clock
  /** Takes the retries while the store is away. Default: one that is never closed. */
  readonly background?: Background
}): RenewTokens {
  const { vault, tokenStore, source, callTimeoutMs, background = backgroundWork() } = parts
  const leaseMs = callTimeoutMs + storeTimeoutMs + 1000
  const ownTries = unknownTries(parts.clock)

  /**
   * Writes back the known tokens if the store has older ones, e.g. after a failover to a replica
   * that lagged behind.
   */
  async function newest(identity: Identity, known: Kept | undefined): Promise<Kept | undefined> {
    const stored = await vault.get(identity)
    if (!stored || !known || known.version <= stored.version) return stored
    const outcome = await vault.replace(identity, known, stored.version)
    return outcome === 'replaced' ? known : vault.get(identity)
  }

  const renew: RenewTokens = async function renew(identity, { known, canWait, isEnough }) {
    const owner = randomText(128)
    const written = new Set<number>()
    let kept: Kept | undefined
    for (const beganAt = performance.now(); performance.now() - beganAt < 2 * leaseMs; ) {
      kept = await newest(identity, known)
      if (!kept) return known ? { status: 'over', reason: 'refresh-lost' } : none
      if (isEnough(kept)) return { status: 'renewed', kept, isOwn: written.has(kept.version) }
      if (kept.tokens.refreshToken === undefined) return { status: 'none', kept }
      const renewal = await leased({ identity, owner, kept, canWait: canWait(kept), written })
      if (renewal) return renewal
    }
    return failure(new Error('No lease was long enough to renew the tokens in'), kept)
  }

  /** Returns `undefined` if the tokens have to be read again. */
  async function leased(
    attempt: Omit<LeasedTry, 'leasedAt' | 'progress'>,
  ): Promise<Renewal | undefined> {
    const { identity, owner, kept } = attempt
    const { version } = kept
    try {
      await source.prepare()
      const progress = { isSent: false, isEnded: false }
      const turn = { ...attempt, leasedAt: performance.now(), progress }
      const answer = await tokenStore.lease(identity.sessionId, { owner, version, leaseMs })
      return await inTurn(turn, answer)
    } catch (error) {
      return failure(error, kept)
    }
  }

  /** Returns `undefined` if the tokens have to be read again. */
  async function inTurn(turn: LeasedTry, answer: LeaseAnswer): Promise<Renewal | undefined> {
    if (answer.status === 'quiet') {
      return { status: 'failed', error: undefined, quietMs: answer.leftMs, kept: turn.kept }
    }
    if (answer.status === 'busy') {
      await delay(Math.max(1, Math.min(answer.leftMs, pauseMs)))
      return undefined
    }
    try {
      return await underLease(turn, ownTries.first(turn, answer.triedMsAgo))
    } catch (error) {
      // The store failed, so the outcome of its operations is unknown.
      await endLease(turn, false, 0)
      throw error
    }
  }

  async function underLease(turn: LeasedTry, triedMsAgo?: number): Promise<Renewal | undefined> {
    const { kept, leasedAt, progress } = turn
    // Another process may have renewed them before the lease was granted.
    const current = await vault.get(turn.identity)
    const mayStillSend = performance.now() - leasedAt <= leaseMs - callTimeoutMs
    if (current?.version !== kept.version || !mayStillSend) {
      await endLease(turn, true, 0)
      return undefined
    }
    const goneBy = performance.now() - leasedAt
    if (triedMsAgo !== undefined && triedMsAgo + goneBy > againForMs) {
      return doubtful(turn, triedMsAgo)
    }
    progress.isSent = true
    try {
      return await received(turn, await source.refresh(kept.tokens.refreshToken!), triedMsAgo)
    } catch (error) {
      return failed(turn, error, triedMsAgo)
    }
  }

  /**
   * Handles a token that may have been used longer ago than the grace period. It is not sent again:
   * the provider would treat it as stolen. If the session needs a new one, it ends as soon as the
   * provider responds, so that the user can sign in again.
   */
  async function doubtful(turn: LeasedTry, triedMsAgo: number): Promise<Renewal | undefined> {
    try {
      if (turn.canWait) throw new Error('An answer of the token endpoint was lost')
      await source.assertAnswers()
    } catch (error) {
      return failed(turn, error, triedMsAgo)
    }
    await endLease(turn, true, 0)
    return { status: 'over', reason: 'refresh-lost' }
  }

  /**
   * Stores the tokens even if they cannot be verified now, because the previous refresh token is
   * used up.
   */
  async function received(
    turn: LeasedTry,
    issued: Issued,
    triedMsAgo?: number,
  ): Promise<Renewal | undefined> {
    const { identity, kept } = turn
    try {
      const renewed = await source.verify(issued, kept, identity)
      return await write(turn, { version: kept.version + 1, ...renewed }, triedMsAgo !== undefined)
    } catch (error) {
      if (source.isMismatch(error)) {
        await endLease(turn, true, 0)
        return { status: 'over', reason: 'refresh-mismatch', error }
      }
      const isRefused = error instanceof LoginError && !source.isUntimely(error)
      if (isRefused) return failed(turn, error, 0)
      const { authority } = kept
      const tokens = source.unverified(issued, kept)
      const unverified = { version: kept.version + 1, tokens, ...(authority ? { authority } : {}) }
      await write(turn, unverified)
      return failure(error, unverified, true)
    }
  }

  /**
   * @param isAgain Whether the token was sent a second time. Scalekit then repeats its first
   *   response, so the result is read and judged again.
   */
  async function write(
    turn: LeasedTry,
    next: Kept,
    isAgain: boolean = false,
  ): Promise<Renewal | undefined> {
    const outcome = await writeAtOnceOrLater(turn, next)
    if (outcome !== 'later') await endLease(turn, true, 0)
    if (outcome === 'replaced' || outcome === 'later') turn.written.add(next.version)
    if (outcome === 'changed' || (outcome !== 'gone' && isAgain)) return undefined
    if (outcome !== 'gone') return { status: 'renewed', kept: next, isOwn: true }
    await source.revoke(next.tokens.refreshToken!).catch(() => {})
    return { status: 'over', reason: 'refresh-lost' }
  }

  async function writeAtOnceOrLater(
    turn: LeasedTry,
    next: Kept,
  ): Promise<'replaced' | 'changed' | 'gone' | 'later'> {
    const replace = () => vault.replace(turn.identity, next, turn.kept.version)
    try {
      return await replace()
    } catch {
      background.add(writeLater(turn, replace))
      return 'later'
    }
  }

  /**
   * Retries the write during an outage of the store, because only this process has the new tokens.
   * Meanwhile its lease keeps other processes from the used token.
   */
  async function writeLater(turn: LeasedTry, replace: () => Promise<unknown>): Promise<void> {
    try {
      await retryUntil(againForMs, replace, background.closing)
    } catch {
      // The lease expires, so the store records an attempt with an unknown outcome.
      return
    }
    await endLease(turn, true, 0)
  }

  async function failed(
    turn: LeasedTry,
    error: unknown,
    triedMsAgo?: number,
  ): Promise<Renewal | undefined> {
    if (isRejected(error)) return rejected(turn, error, triedMsAgo)
    const quietMs = Math.max(quietAfterFailureMs, source.retryAfterMs(error))
    const isAnswered = triedMsAgo === undefined && !source.mayBeLost(error)
    if (!isAnswered) ownTries.keep(turn, triedMsAgo)
    await endLease(turn, isAnswered, quietMs)
    return { status: 'failed', error, quietMs, kept: turn.kept }
  }

  /**
   * Handles a rejected token. A process whose lease expired may have used it, and its result may
   * still arrive.
   */
  async function rejected(
    turn: LeasedTry,
    error: unknown,
    triedMsAgo?: number,
  ): Promise<Renewal | undefined> {
    const { identity, kept, leasedAt } = turn
    if (triedMsAgo !== undefined) {
      const since = triedMsAgo + performance.now() - leasedAt
      await delay(Math.max(0, leaseMs + storeTimeoutMs - since))
    }
    const current = await vault.get(identity)
    await endLease(turn, true, 0)
    if (current && current.version > kept.version) return undefined
    const reason = triedMsAgo === undefined && current ? 'refresh-rejected' : 'refresh-lost'
    return { status: 'over', reason, error }
  }

  /**
   * Ends a lease, once. If the store fails, it is tried again in the background: a lease that
   * expires by itself counts as an attempt with an unknown outcome.
   */
  async function endLease(
    { identity, owner, progress }: LeasedTry,
    isAnswered: boolean,
    quietMs: number,
  ): Promise<void> {
    if (progress.isEnded) return
    progress.isEnded = true
    const end = { isAnswered: isAnswered || !progress.isSent, quietMs }
    const endIt = () => tokenStore.endLease(identity.sessionId, owner, end)
    await endIt().catch(() => background.add(retryUntil(leaseMs, endIt, background.closing)))
  }

  return renew
}

const none: Renewal = { status: 'none', kept: undefined }

function failure(error: unknown, kept: Kept | undefined, isOwn: boolean = false): Renewal {
  return { status: 'failed', error, quietMs: quietAfterFailureMs, kept, isOwn }
}

function isRejected(error: unknown): boolean {
  return error instanceof LoginError && error.code === 'refresh_token_rejected'
}
