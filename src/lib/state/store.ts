/**
 * State that the processes of one application must share. A sign-out then takes effect in all
 * processes, and a single-use value cannot be used again in another process. Without shared state,
 * sign-ins work, but both are per process.
 *
 * Every method may reject. The request that needed the value then fails with `store_unavailable`.
 */
export interface StateStore {
  readonly revocations: Revocations
  readonly singleUse: SingleUse
  readonly tokenStore: TokenStore
  readonly ledger: Ledger
  readonly aliases: Aliases
  /**
   * Returns a sentence for the log for each problem of the store's setup. Called once, at startup.
   * Rejects if the store cannot tell.
   */
  problems?(): Promise<readonly string[]>
  /** Closes what the store itself opened, e.g. a connection. The store remains usable. */
  close?(): void
}

/**
 * The clock from which a time was read. Clocks of different machines may differ by minutes, so two
 * times are only compared if they come from the same clock.
 */
export type RevocationClock = 'scalekit' | 'store'

/** Ends those sessions of one key that began at or before a given time. */
export interface Revocation {
  /** The sessions concerned, e.g. `session:…`. Compared exactly. */
  readonly key: string
  /** Sessions that began at or before this time have ended. In milliseconds since the epoch. */
  readonly notBefore: number
  /**
   * The clock of `notBefore`: Scalekit's for its events, the store's for sessions that the
   * application ends. Revocations of one key by different clocks are kept side by side. Absent in
   * revocations of older versions: they are compared with the earliest begin time of a session by
   * any clock.
   */
  readonly clock?: RevocationClock
  /**
   * When all sessions that it can end have expired anyway, in milliseconds since the epoch. The
   * store may then delete it.
   */
  readonly expiresAt: number
}

/**
 * Identifies one lifetime of the store's data. A store with another epoch has forgotten the earlier
 * revocations: it was flushed, evicted or truncated, or it is another store.
 */
export interface StoreEpoch {
  /** Random. */
  readonly id: string
  /**
   * Whether this is the store's first epoch. Sessions without an epoch, from versions that knew
   * none, are valid in the first epoch only. `false` if an earlier epoch is known, or if
   * `beginEpoch` began this one to end all sessions.
   */
  readonly isFirst: boolean
}

/** A page of the revocations of all processes. */
export interface RevocationsPage {
  /** The epoch of the store. May be absent if `hasMore` is true. */
  readonly epoch?: StoreEpoch
  readonly revocations: readonly Revocation[]
  /** The store's own clock at some point during the call, in milliseconds since the Unix epoch. */
  readonly now: number
  /** Pass it to `since` for the next page. */
  readonly cursor: string
  /** Whether another page is available now. Default: false. */
  readonly hasMore?: boolean
  /**
   * Whether this page starts at the beginning again because the cursor no longer exists. The store
   * was replaced, and may lack revocations that this process has read before. Default: false.
   */
  readonly isRestart?: boolean
}

/** The revocations of all processes, in the order of writing. */
export interface Revocations {
  write(revocations: readonly Revocation[]): Promise<void>
  /**
   * Returns the next revocations after `cursor`. Without a cursor, starts with the first unexpired
   * one. Creates an epoch if the store has none.
   */
  since(cursor?: string): Promise<RevocationsPage>
  /** Begins a new epoch, which ends all sessions. Required by `auth.revoke('everyone')`. */
  beginEpoch?(): Promise<void>
  /**
   * Calls `wake` when there may be new revocations. This is a hint, not a guarantee.
   *
   * @returns a function that ends the subscription
   */
  subscribe?(wake: () => void): () => void
  /**
   * The revocations themselves, if this process holds all of them. No request then waits for the
   * store.
   */
  readonly local?: LocalRevocations
}

/** Revocations in the memory of this process. */
export interface LocalRevocations {
  /** Upper bound of the number of keys. With 0, `get` need not be called. */
  readonly size: number
  /**
   * The number of revocations ever written. While it is unchanged, `get` returns the same results.
   */
  readonly writes: number
  /** The revocations of a key: at most one for each clock. */
  get(key: string): readonly Revocation[] | undefined
  /** The current epoch. */
  readonly epoch: StoreEpoch
  /**
   * When the epoch began, in milliseconds since the Unix epoch, if it ends with the process. Absent
   * if it survives the process, e.g. in a file.
   */
  readonly beganAt?: number | undefined
  /**
   * Calls `heard` with the key of each revocation that is written. Also calls it when an epoch
   * begins; the key is then ignored. Without this method, every write causes a check of all open
   * connections.
   *
   * @returns a function that ends the subscription
   */
  subscribe?(heard: (key: string) => void): () => void
}

/**
 * Remembers which names belong to one person, e.g. earlier email addresses. A removal under one
 * name then also ends the sessions that began under another.
 */
export interface Aliases {
  /**
   * Remembers each alias until it expires. Of two expiry times for one alias, the later one counts.
   */
  add(aliases: readonly Alias[]): Promise<void>
  /** Returns the unexpired values of these keys, without duplicates, in any order. */
  find(keys: readonly string[]): Promise<readonly string[]>
}

/** One of the values of a key. */
export interface Alias {
  /** Compared exactly. */
  readonly key: string
  readonly value: string
  /** In milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Remembers single-use values. */
export interface SingleUse {
  /**
   * Resolves with true for the first caller that names `key`, and with false for every later one.
   */
  claim(key: string, expiresAt: number): Promise<boolean>
}

/** The tokens of a session, sealed by the kit. The store does not interpret the string. */
export interface TokenEntry {
  /** 0 at the sign-in; each renewal adds 1. */
  readonly version: number
  readonly sealed: string
}

/**
 * Keeps the tokens of each session, and grants the lease to renew them. Each method is atomic
 * across all processes.
 *
 * Earlier versions of this package stored tokens as JSON with a member `accessToken`. A store that
 * may hold such entries returns them as `{ version: 0, sealed: <that JSON> }`.
 */
export interface TokenStore {
  /** Stores the entry of a new session until `expiresAt`. */
  put(sessionId: string, entry: TokenEntry, expiresAt: number): Promise<void>
  get(sessionId: string): Promise<TokenEntry | undefined>
  /**
   * Replaces an entry if it has `expectedVersion`.
   *
   * @returns `changed` if the entry has another version, `gone` if there is none. In both cases
   *   nothing is written.
   */
  replace(
    sessionId: string,
    entry: TokenEntry,
    expiresAt: number,
    expectedVersion: number,
  ): Promise<'replaced' | 'changed' | 'gone'>
  remove(sessionId: string): Promise<void>
  /**
   * Grants one caller among all processes the right to renew the entry of a version, until the
   * lease expires by the store's own clock. Leases and attempts of lower versions no longer count.
   */
  lease(sessionId: string, request: LeaseRequest): Promise<LeaseAnswer>
  /**
   * Ends the lease of `owner`, even if it has expired. The lease of another owner is not affected.
   */
  endLease(sessionId: string, owner: string, end: LeaseEnd): Promise<void>
}

/** Requests the right to renew the tokens of a session. */
export interface LeaseRequest {
  /** Random, and new for every request. */
  readonly owner: string
  /** The version of the entry to renew. */
  readonly version: number
  readonly leaseMs: number
}

/** Whether a lease was granted. Times are in milliseconds. */
export type LeaseAnswer =
  /**
   * `triedMsAgo`: the age of the first attempt at this version whose outcome is unknown, because
   * its lease expired or was ended with `isAnswered: false`. Absent if there is none.
   */
  | { readonly status: 'granted'; readonly triedMsAgo?: number }
  /** Another caller holds the lease, for at most `leftMs`. */
  | { readonly status: 'busy'; readonly leftMs: number }
  /** The last attempt failed. No lease is granted for `leftMs`. */
  | { readonly status: 'quiet'; readonly leftMs: number }

/** How an attempt to renew tokens ended. */
export interface LeaseEnd {
  /**
   * False if a response may have been lost. Later holders learn when that attempt began
   * (`triedMsAgo`).
   */
  readonly isAnswered: boolean
  /** How long no lease is granted, in milliseconds. Default: 0. */
  readonly quietMs?: number
}

/**
 * Remembers the state of each webhook delivery, so that none takes effect twice. A delivery is
 * absent, then claimed until its lease expires, then done. A crashed process holds a delivery only
 * until the lease expires. Each method is atomic across all processes.
 */
export interface Ledger {
  /** Claims a delivery for `owner`, unless another owner holds it or it is done. */
  claim(claim: DeliveryClaim): Promise<ClaimAnswer>
  /**
   * Extends the lease of `owner`. Resolves with false if the delivery no longer belongs to that
   * owner.
   */
  renew(deliveryId: string, owner: string, leaseMs: number): Promise<boolean>
  /** Marks the delivery as done: it has taken effect. It is remembered for at least `keepMs`. */
  settle(deliveryId: string, owner: string, keepMs: number): Promise<void>
  /**
   * Like `settle`, within the application's own transaction. The effect and the end of the delivery
   * are then committed together. Rejects if the delivery no longer belongs to the owner; the
   * application must then roll back.
   *
   * @param transaction A transaction of the store's database, e.g. a client of `pg` after `BEGIN`.
   */
  settleIn?(transaction: unknown, deliveryId: string, owner: string, keepMs: number): Promise<void>
  /**
   * Gives the delivery back: it has not taken effect, and the next attempt may claim it
   * immediately. Has no effect if another owner holds it.
   */
  release(deliveryId: string, owner: string): Promise<void>
  /** Stores a delivery that failed for good, replacing an older letter with its id. */
  putDeadLetter(letter: DeadLetter): Promise<void>
  /** Returns the dead letter of a delivery, if there is one. */
  getDeadLetter(deliveryId: string): Promise<DeadLetter | undefined>
  /** Returns the deliveries that failed for good, oldest first. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /**
   * Removes a dead letter. Of several concurrent calls, one resolves with true and the others with
   * false.
   */
  removeDeadLetter(deliveryId: string): Promise<boolean>
}

/** One attempt to handle one delivery. */
export interface DeliveryClaim {
  /** The `webhook-id`. */
  readonly deliveryId: string
  /** A hash of the body. It shows whether an earlier delivery with the same id had another body. */
  readonly bodyHash: string
  /** Random, and new for every attempt. */
  readonly owner: string
  readonly leaseMs: number
  /** Whether to claim a delivery that is already done, because the application replays it. */
  readonly evenIfDone?: boolean
}

/** The result of a claim. */
export interface ClaimAnswer {
  readonly status: 'claimed' | 'busy' | 'done'
  /** False if the previous claim had another body: two deliveries share an id. */
  readonly isSameBody: boolean
  /** The number of granted claims of this delivery, including this one. */
  readonly attempt: number
}

/** A delivery that failed for good. It is complete, so that it can be replayed. */
export interface DeadLetter {
  readonly deliveryId: string
  readonly type: string
  /** The signed bytes, decoded as a string. */
  readonly body: string
  /** The reason of the failure. It contains no part of the payload. */
  readonly reason: string
  /** In milliseconds since the epoch. */
  readonly failedAt: number
  readonly attempt: number
}
