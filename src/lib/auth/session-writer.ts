import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomText } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { LoginError, ScalekitError } from '../ground/errors.ts'
import { deepFreeze } from '../ground/freeze.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { Identity, Tokens } from '../ground/types.ts'
import type { Arrival, NewestCookies } from '../session/newest-cookies.ts'
import { hasEnded, type SessionStorage } from '../session/session-storage.ts'
import type { Aliases } from '../state/store.ts'
import { aliasesOf } from './aliases.ts'
import type { AuthorityRenewal } from './authority-renewal.ts'
import { sessionRevocation } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import type { TellEnd } from './session-ends.ts'
import type { Kept, TokenVault } from './token-vault.ts'

/** Begins and ends sessions. */
export interface SessionWriter {
  begin(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
    kept: Omit<Kept, 'version'>,
  ): Promise<void>
  /**
   * Ends the session that a request brought, if any, and answers the tokens it had. The cookie of one
   * that the browser has got since stays.
   *
   * @param arrival When the request came. Default: now.
   * @throws {@link LoginError} `sign_out_incomplete` where the store does not answer. The browser has
   *   then forgotten the session, and a copy of its cookie goes on
   */
  end(req: IncomingMessage, res: ServerResponse, arrival?: Arrival): Promise<Tokens | undefined>
}

/** Where {@link SessionWriter} writes. */
export interface SessionWriterParts {
  readonly storage: SessionStorage
  readonly revocations: RevocationsReplica
  readonly vault: TokenVault
  readonly aliases: Aliases
  readonly newest: NewestCookies
  readonly renewal: Pick<AuthorityRenewal, 'forget'>
  /** Whether tokens are sealed by a key whose half only the cookie has, where there is such a cookie. */
  readonly hasTokenKeys: boolean
  readonly tellEnd: TellEnd
  readonly clock: Clock
}

export function sessionWriter(parts: SessionWriterParts): SessionWriter {
  const { storage, revocations, vault, aliases, newest, renewal, tellEnd, clock } = parts

  /** Writes the revocation first: from then on every copy of the session is over. */
  async function finish(identity: Identity): Promise<Tokens | undefined> {
    await revocations.write([sessionRevocation(identity, clock())])
    renewal.forget(identity)
    return takeTokens(identity).catch(() => undefined)
  }

  /** Whoever cannot have them goes without: the session is over, and they end by themselves. */
  async function takeTokens(identity: Identity): Promise<Tokens | undefined> {
    const kept = await vault.get(identity)
    await vault.remove(identity)
    return kept?.tokens
  }

  /** Only once nothing else is known to be in the way, which would sign somebody out for nothing. */
  async function replace(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
  ): Promise<void> {
    storage.assertFits(req, identity)
    // Before there is a session that a removal has to find.
    await aliases.add(aliasesOf(identity))
    const previous = storage.read(req)
    const isSame = previous !== undefined && isSamePerson(previous, identity)
    const goesOn = isSame && !revocations.isDead(previous)
    const wasLive = previous !== undefined && isLive(previous)
    if (previous) await finish(previous)
    await storage.write(req, res, identity, goesOn)
    if (wasLive) tellEnd(req, previous, 'replaced')
    newest.act(req, 'begins')
    if (previous) newest.began([previous.sessionId])
  }

  /** Whatever the store forgets from now on, this session is of before. */
  async function inEpoch(identity: Identity): Promise<Identity> {
    // An answer that took longer than the lag allows is good enough: an older epoch lets nobody in.
    const isKnown = revocations.isFresh() || (await revocations.refresh())
    const epoch = isKnown ? revocations.epoch() : undefined
    if (!epoch) throw unavailable(revocations.failure())
    return deepFreeze({ ...identity, epoch: epoch.id, signedInAt: clock() })
  }

  /** Only a cookie gets it: kept in a store, it would open what another store keeps. */
  function withTokenKey(req: IncomingMessage, identity: Identity): Identity {
    const isWanted = parts.hasTokenKeys && storage.isInBrowser(req)
    return isWanted ? { ...identity, tokenKey: randomText(128) } : identity
  }

  function isLive(identity: Identity): boolean {
    return !hasEnded(identity, clock()) && !revocations.isDead(identity)
  }

  return {
    begin: (req, res, verified, kept) =>
      orUnavailable(async () => {
        const identity = await inEpoch(withTokenKey(req, verified))
        await vault.put(identity, kept)
        await replace(req, res, identity).catch(async (error: unknown) => {
          await vault.remove(identity)
          throw error
        })
      }),
    end: (req, res, arrival = newest.arrival()) =>
      orUnavailable(async () => {
        const identity = storage.read(req)
        const names = identity ? [identity.sessionId] : []
        const wasLive = identity !== undefined && isLive(identity)
        const finished = identity && (await settled(finish(identity)))
        if (wasLive && finished?.status === 'fulfilled') tellEnd(req, identity, 'sign-out')
        // The user wants to be out: where no end can be recorded, the browser at least forgets it.
        await storage.clear(req, res, () => newest.isReplaced(names, arrival))
        newest.act(req, 'ends')
        if (finished?.status === 'rejected') throw incomplete(finished.reason)
        return finished?.value
      }),
  }
}

/** What was kept for a person in one organization is not theirs in another. */
function isSamePerson(one: Identity, other: Identity): boolean {
  return (
    one.iss === other.iss && one.sub === other.sub && one.organizationId === other.organizationId
  )
}

async function orUnavailable<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ScalekitError ? error : unavailable(error)
  }
}

async function settled<Value>(work: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  const [outcome] = await Promise.allSettled([work])
  return outcome
}

function incomplete(cause: unknown): LoginError {
  const message =
    'The cookie was cleared, but the end of the session could not be written to the store'
  const hint =
    'A copy of the cookie works until the session expires. Once the store answers, `auth.revoke({ userId })` ends it.'
  return new LoginError('sign_out_incomplete', message, { cause, hint })
}

function unavailable(cause?: unknown): ScalekitError {
  return storeUnavailable('The session store failed', cause)
}
