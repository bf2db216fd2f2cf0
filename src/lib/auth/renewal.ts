import type { Identity } from '../ground/types.ts'
import type { Kept } from './token-vault.ts'
import type { Try } from './unknown-tries.ts'

/** Why a session cannot continue. The three reasons differ in their cause. */
export type RenewalEnd = 'refresh-rejected' | 'refresh-lost' | 'refresh-mismatch'

/** The result of an attempt. */
export type Renewal =
  | {
      readonly status: 'renewed'
      readonly kept: Kept
      /** Whether this call received the tokens. Default: another call or process did. */
      readonly isOwn?: boolean
    }
  /** The session has no refresh token: nothing can be renewed, and nothing ended. */
  | { readonly status: 'none'; readonly kept: Kept | undefined }
  | { readonly status: 'over'; readonly reason: RenewalEnd; readonly error?: unknown }
  /** No process may ask again for `quietMs` milliseconds. */
  | ({ readonly status: 'failed' } & RenewalFailure)

/** Why an attempt failed, and what it found out before. */
export interface RenewalFailure {
  readonly error: unknown
  readonly quietMs: number
  /** The newest known tokens, with their authority. Absent if the store did not return any. */
  readonly kept?: Kept | undefined
  /** Whether this call received those tokens. Default: `false`. */
  readonly isOwn?: boolean
}

/** Returns the tokens of a session, and renews them first if they are not sufficient. */
export type RenewTokens = (
  identity: Identity,
  options: {
    /** The latest state that this process knows. The store may have fallen back behind it. */
    readonly known: Kept | undefined
    /**
     * Whether the session can continue with these tokens' authority, without a renewal. Otherwise
     * tokens that may be lost are given up.
     */
    canWait(kept: Kept): boolean
    isEnough(kept: Kept): boolean
  },
) => Promise<Renewal>

/** An attempt with its lease. The lease was requested after `leasedAt`. */
export interface LeasedTry extends Try {
  readonly owner: string
  readonly canWait: boolean
  /** The versions that this call of {@link RenewTokens} wrote. */
  readonly written: Set<number>
  readonly progress: LeaseProgress
}

/** The state of a lease in this process. */
export interface LeaseProgress {
  /** Whether the refresh token was sent under it. Until then, its end leaves no doubt. */
  isSent: boolean
  isEnded: boolean
}

/** Pause of a session after a failed attempt, in milliseconds. */
export const quietAfterFailureMs = 5000
