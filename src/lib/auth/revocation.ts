import { maxClockDifferenceMs } from '../ground/clock.ts'
import type { Identity } from '../ground/types.ts'
import type { LocalRevocations, Revocation } from '../state/store.ts'

/** Whose sessions are over: one of these ways of naming people. */
export type RevocationTarget =
  | { readonly sessionId: string }
  /** An access token, by its `jti`. */
  | { readonly tokenId: string }
  /** The session's id at Scalekit. */
  | { readonly sid: string }
  /** A person, in every organization. */
  | { readonly sub: string }
  | { readonly organizationId: string; readonly sub: string }
  /** In the fail-safe direction only: an address ends sessions and never begins one. */
  | { readonly organizationId: string; readonly email: string }
  /** The person's id at their company's identity provider. */
  | { readonly organizationId: string; readonly idpUserId: string }
  /** All users of an organization. */
  | { readonly organizationId: string }

/** What a revocation about these people is called, at this issuer; no two targets share a name. */
export function revocationKey(issuer: string, target: RevocationTarget): string {
  if ('sessionId' in target) return keyOf(issuer, 'session', target.sessionId)
  if ('tokenId' in target) return keyOf(issuer, 'token', target.tokenId)
  if ('sid' in target) return keyOf(issuer, 'sid', target.sid)
  if (!('organizationId' in target)) return keyOf(issuer, 'sub', target.sub)
  const { organizationId } = target
  if ('sub' in target) return keyOf(issuer, 'member', target.sub, organizationId)
  if ('email' in target) {
    return keyOf(issuer, 'email', target.email.toLowerCase(), organizationId)
  }
  if ('idpUserId' in target) return keyOf(issuer, 'idp', target.idpUserId, organizationId)
  return keyOf(issuer, 'organization', organizationId)
}

/** Names something of an issuer's. Lengths say where each part ends, whatever is in it. */
export function keyOf(issuer: string, kind: string, name: string, organizationId = ''): string {
  return `${kind}:${issuer.length}:${issuer}${organizationId.length}:${organizationId}${name}`
}

/** Whether one of these revocations ended the session. */
export function isEndedBy(
  revocations: Pick<LocalRevocations, 'size' | 'get'>,
  identity: Identity,
): boolean {
  // Usually there are none: revocations expire with the longest session.
  if (revocations.size === 0) return false
  const { iss, sessionId } = identity
  // Made for this one session, so no clock matters.
  if (revocations.get(revocationKey(iss, { sessionId })) !== undefined) return true
  return isEndedWithOthers(revocations, identity)
}

/** Whose an access token is, and when it was issued: by this, revocations end it. */
export interface TokenHolder
  extends Pick<Identity, 'iss' | 'sub' | 'sid' | 'organizationId' | 'email' | 'idpUserId'> {
  /** Its `jti`. */
  readonly tokenId: string
  /** Its `client_id`, where no person holds it. */
  readonly clientId?: string
  /** Its `iat`, in milliseconds since the epoch, by Scalekit's clock. */
  readonly startedAt: number
  /** The same by each clock, at the earliest it can have been. */
  readonly begun: NonNullable<Identity['begun']>
}

/** The same of an access token. */
export function isTokenEndedBy(
  revocations: Pick<LocalRevocations, 'size' | 'get'>,
  holder: TokenHolder,
): boolean {
  const { iss, tokenId } = holder
  if (revocations.get(revocationKey(iss, { tokenId })) !== undefined) return true
  return isEndedWithOthers(revocations, holder)
}

type Holder = Omit<TokenHolder, 'tokenId' | 'begun'> & Pick<Identity, 'begun'>

function isEndedWithOthers(revocations: Pick<LocalRevocations, 'get'>, holder: Holder): boolean {
  return sharedKeysOf(holder).some((key) =>
    revocations.get(key)?.some((revocation) => beganBefore(holder, revocation)),
  )
}

/**
 * Whether an event of Scalekit's about the person ended the session: their directory deactivated or
 * deleted them, or their membership was removed.
 */
export function isRemoval(revocations: Pick<LocalRevocations, 'get'>, identity: Identity): boolean {
  return personKeysOf(identity).some((key) =>
    revocations
      .get(key)
      // What the application revokes has the store's clock.
      ?.some((revocation) => revocation.clock === 'scalekit' && beganBefore(identity, revocation)),
  )
}

/** Compares by the revocation's clock, and in the fail-safe direction where it names none we know. */
function beganBefore({ startedAt, begun }: Holder, { notBefore, clock }: Revocation): boolean {
  if (begun === undefined) return startedAt <= notBefore
  const { scalekit, store } = begun
  const byClock = clock === undefined ? undefined : begun[clock]
  return (byClock ?? Math.min(startedAt, scalekit, store)) <= notBefore
}

/** The names of all revocations that end this session, alone or among others. */
export function endingKeysOf(identity: Identity): readonly string[] {
  const { iss, sessionId } = identity
  return [revocationKey(iss, { sessionId }), ...sharedKeysOf(identity)]
}

/** The names of all revocations that end this token, alone or among others. */
export function tokenEndingKeysOf(holder: TokenHolder): readonly string[] {
  const { iss, tokenId } = holder
  return [revocationKey(iss, { tokenId }), ...sharedKeysOf(holder)]
}

/** The names of all revocations that would end this session or token among others. */
function sharedKeysOf(holder: Holder): readonly string[] {
  const { iss, sid, sub, organizationId } = holder
  const targets: RevocationTarget[] = [{ sub }]
  if (sid !== undefined) targets.push({ sid })
  if (organizationId !== undefined) targets.push({ organizationId })
  return [...targets.map((target) => revocationKey(iss, target)), ...personKeysOf(holder)]
}

/** The names of revocations of this one person in the session's organization. */
function personKeysOf({ iss, sub, organizationId, email, idpUserId }: Holder): readonly string[] {
  if (organizationId === undefined) return []
  const targets: RevocationTarget[] = [{ organizationId, sub }]
  if (email !== undefined) targets.push({ organizationId, email })
  if (idpUserId !== undefined) targets.push({ organizationId, idpUserId })
  return targets.map((target) => revocationKey(iss, target))
}

/**
 * Ends one session of ours. No clock matters for it; `notBefore` is what processes of an older
 * version compare with.
 */
export function sessionRevocation(identity: Identity, now: number): Revocation {
  return {
    key: revocationKey(identity.iss, { sessionId: identity.sessionId }),
    notBefore: Math.max(now, identity.startedAt),
    // Longer than the session lives by the slowest clock.
    expiresAt: identity.absoluteExpiresAt + maxClockDifferenceMs,
  }
}

/** What a session is over for beside a revocation, as its record's key begins. */
export type RecordedEnd = 'refresh-rejected' | 'refresh-lost' | 'refresh-mismatch' | 'denied'

/** Ends one session of ours, and says why to processes that know of such ends. */
export function sessionEnd(
  identity: Identity,
  reason: RecordedEnd,
  now: number,
): readonly Revocation[] {
  const ended = sessionRevocation(identity, now)
  return [ended, { ...ended, key: endKey(identity, reason) }]
}

/** Where {@link sessionEnd} says why. */
export function endKey({ iss, sessionId }: Identity, reason: RecordedEnd): string {
  return keyOf(iss, reason, sessionId)
}
