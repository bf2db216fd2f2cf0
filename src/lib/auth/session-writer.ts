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
   * Ends the request's session, if any, and returns its tokens. A newer cookie that the browser
   * received meanwhile is kept.
   *
   * @param arrival When the request arrived. Default: now.
   * @throws {@link LoginError} `sign_out_incomplete` if the store does not respond. The cookie is
   *   then cleared, but a copy of it remains valid
   */
  end(req: IncomingMessage, res: ServerResponse, arrival?: Arrival): Promise<Tokens | undefined>
}

/** The dependencies of {@link SessionWriter}. */
export interface SessionWriterParts {
  readonly storage: SessionStorage
  readonly revocations: RevocationsReplica
  readonly vault: TokenVault
  readonly aliases: Aliases
  readonly newest: NewestCookies
  readonly renewal: Pick<AuthorityRenewal, 'forget'>
  /**
   * Whether tokens are encrypted with a key of their session's own as well. It applies to sessions
   * in a cookie: the key is in the cookie alone, so a copy of the store opens no token.
   */
  readonly hasTokenKeys: boolean
  readonly tellEnd: TellEnd
  readonly clock: Clock
}

export function sessionWriter(parts: SessionWriterParts): SessionWriter {
  const { storage, revocations, vault, aliases, newest, renewal, tellEnd, clock } = parts

  /** Writes the revocation first. From then on, every copy of the session has ended. */
  async function finish(identity: Identity): Promise<Tokens | undefined> {
    await revocations.write([sessionRevocation(identity, clock())])
    renewal.forget(identity)
    return takeTokens(identity).catch(() => undefined)
  }

  /**
   * Failures are ignored by the caller: the session has ended, and its tokens expire by themselves.
   */
  async function takeTokens(identity: Identity): Promise<Tokens | undefined> {
    const kept = await vault.get(identity)
    await vault.remove(identity)
    return kept?.tokens
  }

  /**
   * Ends the previous session only after all known checks passed. Otherwise a failure would sign
   * the user out for nothing.
   */
  async function replace(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
  ): Promise<void> {
    storage.assertFits(req, identity)
    // Before the session is written, so that a removal can find it.
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

  /**
   * Notes the current epoch: if the store loses revocations from now on, this session counts as
   * forgotten.
   */
  async function inEpoch(identity: Identity): Promise<Identity> {
    // A response later than `maxLagMs` suffices: an outdated epoch makes the session invalid, never
    // valid.
    const isKnown = revocations.isFresh() || (await revocations.refresh())
    const epoch = isKnown ? revocations.epoch() : undefined
    if (!epoch) throw unavailable(revocations.failure())
    return deepFreeze({ ...identity, epoch: epoch.id, signedInAt: clock() })
  }

  /**
   * Only for a cookie. In a session store, the key would decrypt the entries of the token store.
   */
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
        // The user wants to sign out. If the end cannot be recorded, the cookie is cleared at
        // least.
        await storage.clear(req, res, () => newest.isReplaced(names, arrival))
        newest.act(req, 'ends')
        if (finished?.status === 'rejected') throw incomplete(finished.reason)
        return finished?.value
      }),
  }
}

/** Data that was kept for a user in one organization must not be kept in another. */
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
