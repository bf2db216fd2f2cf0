/**
 * What several processes of one application must agree on. Sign-in itself needs none of it; it
 * makes logout final and single use certain beyond one process.
 *
 * Every method may reject; the request that needed it then fails with `store_unavailable`.
 */
export interface StateStore {
  readonly revocations: Revocations
  readonly singleUse: SingleUse
  readonly tokenStore: TokenStore
  readonly ledger: Ledger
  readonly aliases: Aliases
  /**
   * What is wrong with how the store is set up, in sentences for the log. Asked once, at the start;
   * one that cannot tell rejects.
   */
  problems?(): Promise<readonly string[]>
  /** Gives up what the store opened itself, e.g. a connection. It can be used all the same. */
  close?(): void
}

/**
 * Whose clock an instant is read from. Clocks of different machines may be minutes apart, so an
 * instant is only compared with another one by the same clock.
 */
export type RevocationClock = 'scalekit' | 'store'

/** Says that sessions which began at or before a moment are over. */
export interface Revocation {
  /** Whom it concerns, e.g. `session:…`; compared exactly. */
  readonly key: string
  /** A session is dead when it began at or before this moment, in milliseconds since the epoch. */
  readonly notBefore: number
  /**
   * Whose clock `notBefore` is by: Scalekit's for its events, the store's for what the application
   * ends itself. Revocations of one key by different clocks are kept beside each other. Absent in a
   * revocation that an older version wrote, which ends a session by whichever begin is earlier.
   */
  readonly clock?: RevocationClock
  /** When no session can be left that it concerns, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/**
 * What a store remembers begins with an epoch. One with another epoch has forgotten what ended
 * before: it was flushed, evicted, truncated, or is another store.
 */
export interface StoreEpoch {
  /** Random. */
  readonly id: string
  /**
   * Whether sessions that carry no epoch count. They do not where another epoch was known before
   * this one, nor where it was begun on purpose, to end all sessions.
   */
  readonly isFirst: boolean
}

/** Some of the revocations of all processes. */
export interface RevocationsPage {
  /** The epoch of the store; may be left out where `hasMore`. */
  readonly epoch?: StoreEpoch
  readonly revocations: readonly Revocation[]
  /**
   * The store's own clock at some moment between question and answer, in milliseconds since the
   * epoch of Unix.
   */
  readonly now: number
  /** Asks for what comes after this page. */
  readonly cursor: string
  /** Whether more is there already. Default: false. */
  readonly hasMore?: boolean
  /**
   * Whether these are the first revocations again, because the cursor is gone: the store was
   * replaced, and may lack what this process has read of it before. Default: false.
   */
  readonly isRestart?: boolean
}

/** The revocations of all processes, in the order they were written. */
export interface Revocations {
  write(revocations: readonly Revocation[]): Promise<void>
  /**
   * The next revocations written after `cursor`; without one, the first of those that have not
   * expired. Makes an epoch where the store has none.
   */
  since(cursor?: string): Promise<RevocationsPage>
  /** Begins a new epoch, so that all sessions are over; `auth.revoke('everyone')` needs it. */
  beginEpoch?(): Promise<void>
  /**
   * Calls `wake` when there may be something new: a hint, not a promise.
   *
   * @returns a function that ends it
   */
  subscribe?(wake: () => void): () => void
  /** The revocations themselves, where this process holds all of them; then no request has to wait. */
  readonly local?: LocalRevocations
}

/** Revocations that this process has at hand. */
export interface LocalRevocations {
  /** How many keys there are at most; 0 spares asking for each. */
  readonly size: number
  /** How many were ever written: while it is the same number, asking again answers the same. */
  readonly writes: number
  /** The revocations of a key: one at most for each clock. */
  get(key: string): readonly Revocation[] | undefined
  /** The epoch as it is now. */
  readonly epoch: StoreEpoch
  /**
   * When the epoch began, in milliseconds since the epoch of Unix, where it ends with the process.
   * Absent where it outlives the process, e.g. in a file.
   */
  readonly beganAt?: number | undefined
}

/**
 * Remembers which names belong to one person, e.g. earlier email addresses, so that a removal under
 * one name ends the sessions that began under another.
 */
export interface Aliases {
  /** Remembers each alias until its end, or until a later end that it was given before. */
  add(aliases: readonly Alias[]): Promise<void>
  /** The values under any of these keys that have not expired, each once, in any order. */
  find(keys: readonly string[]): Promise<readonly string[]>
}

/** One of the values under a key. */
export interface Alias {
  /** Compared exactly. */
  readonly key: string
  readonly value: string
  /** In milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Remembers what may be used only once. */
export interface SingleUse {
  /** Answers true to the first caller that names `key`, and false to every later one. */
  claim(key: string, expiresAt: number): Promise<boolean>
}

/** The tokens of a session, sealed by the kit. A store keeps the string as it is. */
export interface TokenEntry {
  /** 0 at the sign-in, and one more with each renewal. */
  readonly version: number
  readonly sealed: string
}

/**
 * Keeps the tokens of each session, and which process may renew them right now. All of it is one
 * step for all processes at once.
 *
 * Earlier versions of this package kept tokens as JSON with a member `accessToken`. A store that may
 * hold such entries returns them as `{ version: 0, sealed: <that JSON> }`.
 */
export interface TokenStore {
  /** Keeps the entry of a session that begins, until `expiresAt`. */
  put(sessionId: string, entry: TokenEntry, expiresAt: number): Promise<void>
  get(sessionId: string): Promise<TokenEntry | undefined>
  /**
   * Replaces an entry that has `expectedVersion`.
   *
   * @returns `changed` where the entry has another version, `gone` where there is none; then nothing
   *   is written
   */
  replace(
    sessionId: string,
    entry: TokenEntry,
    expiresAt: number,
    expectedVersion: number,
  ): Promise<'replaced' | 'changed' | 'gone'>
  remove(sessionId: string): Promise<void>
  /**
   * Lets one caller among all processes renew the entry of a version, until its lease ends by the
   * store's own clock. What is known of lower versions no longer counts.
   */
  lease(sessionId: string, request: LeaseRequest): Promise<LeaseAnswer>
  /** Ends the lease of `owner`, also one that has run out. The lease of another owner stays. */
  endLease(sessionId: string, owner: string, end: LeaseEnd): Promise<void>
}

/** Asks for the right to renew the tokens of a session. */
export interface LeaseRequest {
  /** Random, and new for every request. */
  readonly owner: string
  /** Of the entry that will be renewed. */
  readonly version: number
  readonly leaseMs: number
}

/** Whether a lease was granted. Times are in milliseconds. */
export type LeaseAnswer =
  /**
   * `triedMsAgo`: how long ago the first attempt to renew this version began whose outcome is
   * unknown, because its lease ran out or was ended with `isAnswered: false`. Absent: none.
   */
  | { readonly status: 'granted'; readonly triedMsAgo?: number }
  /** Another caller renews, for so long at most. */
  | { readonly status: 'busy'; readonly leftMs: number }
  /** The last attempt failed, and no lease is granted for so long. */
  | { readonly status: 'quiet'; readonly leftMs: number }

/** How an attempt to renew tokens ended. */
export interface LeaseEnd {
  /** False where an answer may have been lost: later holders are told since when (`triedMsAgo`). */
  readonly isAnswered: boolean
  /** For how long no lease is granted, in milliseconds. Default: 0. */
  readonly quietMs?: number
}

/**
 * Remembers what became of each webhook delivery, so that none takes effect twice: absent, then
 * claimed for as long as a lease, then done. A process that dies holds a delivery only until its
 * lease ends. All of it is one step for all processes at once.
 */
export interface Ledger {
  /** Claims a delivery for `owner`, unless somebody has it or it is done. */
  claim(claim: DeliveryClaim): Promise<ClaimAnswer>
  /** Extends the lease of `owner`; answers false when the delivery is not theirs any more. */
  renew(deliveryId: string, owner: string, leaseMs: number): Promise<boolean>
  /** The effect is there: the delivery is done, and is remembered for at least `keepMs`. */
  settle(deliveryId: string, owner: string, keepMs: number): Promise<void>
  /**
   * The same as a part of the application's own transaction, so that the effect and the delivery's
   * end are one step. Rejects when the delivery is not the owner's any more; then roll back.
   *
   * @param transaction What the store's database calls one, e.g. a client of `pg` after `BEGIN`.
   */
  settleIn?(transaction: unknown, deliveryId: string, owner: string, keepMs: number): Promise<void>
  /** The effect is not there: the next attempt may claim at once. Only `owner` can say so. */
  release(deliveryId: string, owner: string): Promise<void>
  /** Keeps a delivery that failed for good, in place of an older letter by the same id. */
  putDeadLetter(letter: DeadLetter): Promise<void>
  /** The dead letter of a delivery, where there is one. */
  getDeadLetter(deliveryId: string): Promise<DeadLetter | undefined>
  /** The deliveries that failed for good, oldest first. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /** Forgets a dead letter; answers false to all but one of those who ask at once. */
  removeDeadLetter(deliveryId: string): Promise<boolean>
}

/** One attempt to handle one delivery. */
export interface DeliveryClaim {
  /** The `webhook-id`. */
  readonly deliveryId: string
  /** Of the body, so that another one under the same id is noticed. */
  readonly bodyHash: string
  /** Random, and new for every attempt. */
  readonly owner: string
  readonly leaseMs: number
  /** Whether it is granted although it is done: somebody wants it handled again. */
  readonly evenIfDone?: boolean
}

/** What a claim was answered. */
export interface ClaimAnswer {
  readonly status: 'claimed' | 'busy' | 'done'
  /** False when the claim before this one had another body: two deliveries share an id. */
  readonly isSameBody: boolean
  /** How many claims of this delivery were granted, this one included. */
  readonly attempt: number
}

/** A delivery that failed for good, whole, so that it can be handled after all. */
export interface DeadLetter {
  readonly deliveryId: string
  readonly type: string
  /** The bytes that were signed, as text. */
  readonly body: string
  /** Why, without anything of the payload. */
  readonly reason: string
  /** In milliseconds since the epoch. */
  readonly failedAt: number
  readonly attempt: number
}
