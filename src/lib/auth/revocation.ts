import { maxClockDifferenceMs } from '../ground/clock.ts'
import type { Identity } from '../ground/types.ts'
import type { LocalRevocations, Revocation } from '../state/store.ts'

/** The sessions that a revocation ends, by one of these names. */
export type RevocationTarget =
  | { readonly sessionId: string }
  /** An access token, by its `jti`. */
  | { readonly tokenId: string }
  /** All sessions that began with one session at Scalekit, by its id. */
  | { readonly sid: string }
  /** A user in every organization. */
  | { readonly sub: string }
  | { readonly organizationId: string; readonly sub: string }
  /**
   * Users who signed in to the organization with this email address. An address only ever ends
   * sessions and never begins one.
   */
  | { readonly organizationId: string; readonly email: string }
  /** A user, by the id at their company's identity provider. */
  | { readonly organizationId: string; readonly idpUserId: string }
  /** All users of an organization. */
  | { readonly organizationId: string }

/**
 * Returns the key of a revocation of this target, at this issuer. Two targets never have the same
 * key.
 */
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

/**
 * Builds a key for a name at an issuer. Lengths mark where each part ends, whatever characters it
 * contains.
 */
export function keyOf(issuer: string, kind: string, name: string, organizationId = ''): string {
  return `${kind}:${issuer.length}:${issuer}${organizationId.length}:${organizationId}${name}`
}

/** Whether one of these revocations ended the session. */
export function isEndedBy(
  revocations: Pick<LocalRevocations, 'size' | 'get'>,
  identity: Identity,
): boolean {
  // The common case: revocations expire with the longest session.
  if (revocations.size === 0) return false
  const { iss, sessionId } = identity
  // It names this one session, so times are not compared.
  if (revocations.get(revocationKey(iss, { sessionId })) !== undefined) return true
  return isEndedWithOthers(revocations, identity)
}

/**
 * The holder of an access token, and when the token was issued. From these, revocations of it are
 * found.
 */
export interface TokenHolder
  extends Pick<Identity, 'iss' | 'sub' | 'sid' | 'organizationId' | 'email' | 'idpUserId'> {
  /** The token's `jti`. */
  readonly tokenId: string
  /** The token's `client_id`, if it has no user. */
  readonly clientId?: string
  /** The token's `iat`, in milliseconds since the epoch, by Scalekit's clock. */
  readonly startedAt: number
  /** The earliest possible time of issue by each clock. */
  readonly begun: NonNullable<Identity['begun']>
}

/** Whether one of these revocations ended the token. */
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
 * Whether an event of Scalekit's about the user ended the session: their directory deactivated or
 * deleted them, or their membership was removed.
 */
export function isRemoval(revocations: Pick<LocalRevocations, 'get'>, identity: Identity): boolean {
  return personKeysOf(identity).some((key) =>
    revocations
      .get(key)
      // Revocations by the application are dated by the store's clock.
      ?.some((revocation) => revocation.clock === 'scalekit' && beganBefore(identity, revocation)),
  )
}

/**
 * Compares by the revocation's clock. If the clock is unknown, the earliest time is used, which
 * ends the session in case of doubt.
 */
function beganBefore({ startedAt, begun }: Holder, { notBefore, clock }: Revocation): boolean {
  if (begun === undefined) return startedAt <= notBefore
  const { scalekit, store } = begun
  const byClock = clock === undefined ? undefined : begun[clock]
  return (byClock ?? Math.min(startedAt, scalekit, store)) <= notBefore
}

/** Returns the keys of all revocations that end this session, alone or with others. */
export function endingKeysOf(identity: Identity): readonly string[] {
  const { iss, sessionId } = identity
  return [revocationKey(iss, { sessionId }), ...sharedKeysOf(identity)]
}

/** Returns the keys of all revocations that end this token, alone or with others. */
export function tokenEndingKeysOf(holder: TokenHolder): readonly string[] {
  const { iss, tokenId } = holder
  return [revocationKey(iss, { tokenId }), ...sharedKeysOf(holder)]
}

/** Returns the keys of all revocations that end this session or token together with others. */
function sharedKeysOf(holder: Holder): readonly string[] {
  const { iss, sid, sub, organizationId } = holder
  const targets: RevocationTarget[] = [{ sub }]
  if (sid !== undefined) targets.push({ sid })
  if (organizationId !== undefined) targets.push({ organizationId })
  return [...targets.map((target) => revocationKey(iss, target)), ...personKeysOf(holder)]
}

/** Returns the keys of revocations of this user in the session's organization. */
function personKeysOf({ iss, sub, organizationId, email, idpUserId }: Holder): readonly string[] {
  if (organizationId === undefined) return []
  const targets: RevocationTarget[] = [{ organizationId, sub }]
  if (email !== undefined) targets.push({ organizationId, email })
  if (idpUserId !== undefined) targets.push({ organizationId, idpUserId })
  return targets.map((target) => revocationKey(iss, target))
}

/**
 * Builds the revocation of a single session. Times are not compared for it; processes of an older
 * version compare `notBefore`.
 */
export function sessionRevocation(identity: Identity, now: number): Revocation {
  return {
    key: revocationKey(identity.iss, { sessionId: identity.sessionId }),
    notBefore: Math.max(now, identity.startedAt),
    // Until the session has expired by the slowest clock.
    expiresAt: identity.absoluteExpiresAt + maxClockDifferenceMs,
  }
}

/** The reason for the end of a session. The key of its record begins with it. */
export type RecordedEnd = 'refresh-rejected' | 'refresh-lost' | 'refresh-mismatch' | 'denied'

/**
 * Builds the revocation of a single session, and a record of the reason for processes that read
 * such records.
 */
export function sessionEnd(
  identity: Identity,
  reason: RecordedEnd,
  now: number,
): readonly Revocation[] {
  const ended = sessionRevocation(identity, now)
  return [ended, { ...ended, key: endKey(identity, reason) }]
}

/** Returns the key of the record with the reason. */
export function endKey({ iss, sessionId }: Identity, reason: RecordedEnd): string {
  return keyOf(iss, reason, sessionId)
}
